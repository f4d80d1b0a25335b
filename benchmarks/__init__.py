"""What Qawl costs beside the simplest programs that do part of its work: ``make bench`` and docs/scale.md."""
