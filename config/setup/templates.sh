# Sourced: the templates, for the formatter.

# Papers are left out: white space between their tags would be printed between the characters.
each_template() { # command...: run once with all templates; nothing to do when there are none
  find . -path ./.venv -prune -o -path ./var -prune -o -path ./templates/papers -prune -o -path '*/templates/*' -name '*.html' -print0 |
    xargs -0 --no-run-if-empty "$@" --target-version 5.2
}
