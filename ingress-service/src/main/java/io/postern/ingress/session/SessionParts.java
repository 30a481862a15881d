package io.postern.ingress.session;

import io.postern.ingress.attribution.RewrittenSenders;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.Memory;
import io.postern.ingress.intake.Handshakes;
import io.postern.ingress.intake.PresentedChains;
import io.postern.ingress.intake.RefusalCounts;
import io.postern.ingress.intake.UnacceptedContent;
import io.postern.ingress.rates.Rates;
import io.postern.ingress.recipients.RecipientParts;
import io.postern.log.LogSpace;
import io.postern.log.sending.MessageLog;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.log.verdicts.VerdictSource;
import io.postern.rules.Directory;
import io.postern.transport.TlsServer;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts that all sessions share. Each is thread-safe.
 *
 * @param directory empty while it is not in force: mail waits (G3)
 * @param returned notifications to each rewritten sender
 * @param space whether the brokers' disks have room for mail
 */
public record SessionParts(
    TlsServer tls,
    Supplier<Optional<Directory>> directory,
    VerdictSource verdicts,
    BackgroundVerdicts backgroundVerdicts,
    MessageLog log,
    Memory memory,
    UnacceptedContent unaccepted,
    Supplier<LogSpace.State> space,
    RefusalCounts refusals,
    Handshakes handshakes,
    PresentedChains presentedChains,
    RewrittenSenders rewrittenSenders,
    Level<String> returned,
    RecipientParts mailboxes,
    Rates rates,
    SessionMetrics metrics) {}
