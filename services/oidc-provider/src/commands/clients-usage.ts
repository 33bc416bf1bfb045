/** `psc clients --help`. */
export const clientsUsage = `psc clients: the applications that may log professionals in

  list                    all of them
    --status requested|approved|suspended   --environment test|production   --kind application|intermediary
  show <id>               one of them, with its history
  add <file>              adds one, approved; - reads what is piped in
  add --id <id> --name <name> --redirect-uri <url>…
    --uri <url>   --post-logout-redirect-uri <url>…   --auth <method>   --grant <grant>…   --contact <e-mail>…
    --organisation <name>   --finess <number>   --siret <number>   --environment test|production
    --kind application|intermediary   --acr <level>   --claims <year>   --ciba-channel MOBILE|CARD…   --loopback
  request <file|options>  adds one as requested: it works once it is approved
  approve <id>            lets a requested one work, or a suspended one work again (reinstate says the same)
  suspend <id> --reason <text>
                          stops it on every replica, and the tokens it has
  remove <id>             forgets one that was never approved
  rotate-secret <id> [--grace 24h]
                          another secret, shown once; the former one works for the grace, or stops at once
  apply -f <file>         makes the applications as a YAML or JSON file declares them; - reads what is piped in
    --dry-run             only says what would change
    --exit-code           with --dry-run: 3 when something would change
    --prune               suspends the approved ones that the file does not declare
  registration-token <name> [--applications 1] [--expires 7d]
                          lets somebody register applications by themselves (RFC 7591): requested, to be approved
  registration-tokens     all of them; revoke-registration-token <name> ends one

Each of them: --json, --by <operator> (else PSC_OPERATOR, else the user of this machine), --reason <text>
Exit codes: 0 done, 1 refused, 2 not understood, 3 something would change (--dry-run --exit-code)
Every setting: docs/reference/applications.md`;
