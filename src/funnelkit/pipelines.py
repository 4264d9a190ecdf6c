"""WHO STANDS WHERE: the pipelines, the contacts at their stages, and who is responsible. Nothing is changed here."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, Generic, TypeVar

from attrs import field, frozen

from funnelkit.asking import asked
from funnelkit.funnel import Funnel
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.sheets import Cell, csv_text
from funnelkit.stored import StoredView
from funnelkit.table import Status
from funnelkit.values.contact import Contact
from funnelkit.values.person import Person
from funnelkit.values.pipeline import AtStage, Pipeline

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)

HEADER: Final = ("contact", "name", "coach", "responsible", "pipeline", "stage", "since", "entered")
"""The columns of the export."""


@frozen(kw_only=True)
class OnPipeline(Generic[S]):
    """A contact at a stage of a pipeline, and who is responsible. The contact's name shows in no repr."""

    contact: str
    name: str | None = field(repr=False)
    """None where the host keeps names to itself."""
    status: S
    coach: str | None
    responsible: str | None
    """Who is responsible for the whole pipeline, else the contact's coach."""
    pipeline: str
    pipeline_name: str
    stage: str
    stage_name: str
    """Its key, where the pipeline has lost the stage."""
    since: datetime
    """When the stage began; UTC."""
    entered: datetime
    """When the contact was put on the pipeline; UTC."""


class Board(Generic[S, R]):
    """What can be asked about pipelines."""

    funnel: Funnel[S, R]
    account: str
    _storage: Storage

    @asked
    def pipeline(self, pipeline: str) -> Pipeline:
        """Give a lead pipeline. Raises NotFound."""
        with self._storage.transaction(self.account, write=False) as stores:
            return StoredView(stores, self.funnel.name).pipeline(pipeline)

    def pipelines(self) -> tuple[Pipeline, ...]:
        """Give all pipelines of the funnel, hidden ones included, in the order in which they were made."""
        with self._storage.transaction(self.account, write=False) as stores:
            return tuple(stores.pipelines.every(self.funnel.name))

    @asked
    def pipeline_rows(
        self, pipeline: str | None = None, *, coach: str | None = None, responsible: str | None = None
    ) -> tuple[OnPipeline[S], ...]:
        """Give who stands where: by pipeline, by stage in order, then by how long; in a fixed number of queries.

        On one pipeline, or (None) on all; of one coach, of one who is responsible, or of everybody. Raises NotFound.
        """
        with self._storage.transaction(self.account, write=False) as stores:
            if pipeline is None:
                known = tuple(stores.pipelines.every(self.funnel.name))
            else:
                known = (StoredView(stores, self.funnel.name).pipeline(pipeline),)
            rows = self._rows(stores, known, pipeline)
        return tuple(row for row in rows if coach in (None, row.coach) and responsible in (None, row.responsible))

    @asked
    def pipeline_csv(
        self, pipeline: str | None = None, *, coach: str | None = None, responsible: str | None = None
    ) -> str:
        """Give the same as CSV, with pipelines and stages by their names. It has the contacts' names in it."""
        rows = self.pipeline_rows(pipeline, coach=coach, responsible=responsible)
        return csv_text(HEADER, map(_cells, rows))

    # ---- inside

    def _rows(self, stores: Transaction, known: tuple[Pipeline, ...], only: str | None) -> list[OnPipeline[S]]:
        contacts = stores.contacts.staged(self.funnel.name, only)
        persons = stores.persons.many([contact.id for contact in contacts])
        by_id, order = {one.id: one for one in known}, [one.id for one in known]
        rows = [
            self._row(contact, at, by_id[at.pipeline], persons.get(contact.id))
            for contact in contacts
            if (at := contact.pipeline) is not None
        ]

        def place(row: OnPipeline[S]) -> tuple[int, int, datetime, str]:
            keys = (*by_id[row.pipeline].keys, row.stage)  # a stage that is gone comes last
            return order.index(row.pipeline), keys.index(row.stage), row.since, row.contact

        return sorted(rows, key=place)

    def _row(self, contact: Contact, at: AtStage, pipeline: Pipeline, person: Person | None) -> OnPipeline[S]:
        stage = pipeline.stage(at.stage)
        return OnPipeline(
            contact=contact.id, name=None if person is None else person.name, status=self.funnel.status(contact.status),
            coach=contact.coach, responsible=pipeline.responsible or contact.coach, pipeline=pipeline.id,
            pipeline_name=pipeline.name, stage=at.stage, stage_name=at.stage if stage is None else stage.name,
            since=at.since, entered=at.entered,
        )  # fmt: skip


def _cells(row: OnPipeline[S]) -> tuple[Cell, ...]:
    return (
        row.contact, row.name, row.coach, row.responsible, row.pipeline_name, row.stage_name, row.since, row.entered
    )  # fmt: skip
