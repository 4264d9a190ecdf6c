"""The practice's contacts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the table."""

    initial = True
    operations = (
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("status", models.TextField(default="lead")),
            ],
        ),
    )
