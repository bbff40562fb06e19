"""How fast logged decisions are made again, and whether all of a million come out identical."""
