package io.postern.operator.setup;

import picocli.CommandLine.Command;

/** Set-up of an installation: once, before the services start, and again at any time. */
@Command(
    name = "set-up",
    description =
        "Sets an installation up: its certificates, and the mail log's topics and rights.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {MakeCertificates.class, SetUpLog.class})
public final class SetUp {}
