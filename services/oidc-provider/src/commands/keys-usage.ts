/** `psc keys --help`. */
export const keysUsage = `psc keys: the keys that sign tokens

  list                    all of them: next (published, will sign), current (signs), retired (published still)
  history [--limit 50]    which became what, when, by whom and why
  advance                 does what is due, as the service does by itself (SIGNING_KEY_ROTATION=by-command: a CronJob)
  rotate [--alg RS256|ES256]
                          the next key signs from now on, of each algorithm or of one
    --now --reason <text> even if applications may not know it yet: for some minutes they may refuse what it signs
  retire <kid>            rotates the algorithm of a current key; replaces a next one
  remove <kid> --reason <text>
                          a compromised key: nothing it signed is believed any more, and another signs at once

Each of them: --json, --by <operator> (else PSC_OPERATOR, else the user of this machine), --reason <text>
Exit codes: 0 done, 1 refused, 2 not understood`;
