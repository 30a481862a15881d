package io.postern.operator.setup;

import picocli.CommandLine.Command;

/** What is done once, before the services start, and may be done again at any time. */
@Command(
    name = "set-up",
    description =
        "Sets an installation up: its certificates, and the mail log's topics and rights.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {MakeCertificates.class, SetUpLog.class})
public final class SetUp {}
