"""How fast the site is, measured against a bare Flask page under the same server in the same run."""
