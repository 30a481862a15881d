package io.postern.operator.commands;

import picocli.CommandLine.Command;

/** Commands for the lists of accepted domains' recipients. */
@Command(
    name = "recipients",
    description = {
      "Replaces or shows the recipient list of an accepted domain.",
      "With recipientValidation: list, mail to other addresses of the domain is refused at RCPT."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ApplyRecipients.class, ShowRecipients.class})
public final class Recipients {}
