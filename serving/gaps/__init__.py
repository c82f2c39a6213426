"""What readers could not find: questions grouped by meaning, asked again after each publish; labels and drafts."""
