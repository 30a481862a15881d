package io.postern.operator.setup;

import picocli.CommandLine.Command;

/** Set-up of an installation: once, before the services start, and again at any time. */
@Command(
    name = "set-up",
    description =
        "Sets up an installation: certificates, and the topics and access rights in Kafka.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {MakeCertificates.class, SetUpLog.class})
public final class SetUp {}
