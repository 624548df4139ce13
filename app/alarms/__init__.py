"""What the owner must hear of although nobody asks: each cause once, until it has gone and come again."""
