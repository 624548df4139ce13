"""Everything that makes a site, in one file, and a site made of it again."""
