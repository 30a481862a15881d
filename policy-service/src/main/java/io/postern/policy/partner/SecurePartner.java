package io.postern.policy.partner;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.policy.change.Author;
import io.postern.policy.change.Change;
import io.postern.policy.change.Changed;
import io.postern.policy.change.DirectoryChanges;
import io.postern.policy.change.Precondition;
import io.postern.policy.directory.CurrentDirectory;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Forced TLS with a partner in one call (S7; docs/guides/forced-tls-with-a-partner.md): the pair is
 * planned, checked by the directory's rules, validated over the network, and on consent enforced as
 * one command. The validation is of the pair that is enforced: it is kept as the outbound
 * connector's last one. Any thread that may block, for the validation a minute at most.
 */
@Singleton
class SecurePartner {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final CurrentDirectory directory;
  private final ProbeLog probes;
  private final DirectoryChanges changes;
  private final Quotas quotas;

  SecurePartner(
      CurrentDirectory directory, ProbeLog probes, DirectoryChanges changes, Quotas quotas) {
    this.quotas = quotas;
    this.directory = directory;
    this.probes = probes;
    this.changes = changes;
  }

  /**
   * @param ifMatch version of the directory that was seen; null: any
   * @param dryRun nothing is enforced, also with consent
   */
  SecureView secure(
      String organization,
      String domain,
      SecureRequest asked,
      @Nullable String ifMatch,
      Author author,
      boolean dryRun) {
    directory.of(organization);
    Directory before = directory.unchanged(organization, Precondition.seen(ifMatch));
    SecurePair pair = SecurePair.of(organization, domain, asked);
    Change change =
        Change.of(before, List.of(organization), pair::wanted, author, false).placed(pair::place);
    Changed planned = DirectoryChanges.compare(change, quotas);
    List<String> warnings = new ArrayList<>(new SecureWarnings(before, pair, domain).find());
    planned
        .warnings()
        .forEach(
            found -> warnings.add(found.object() + ": " + found.warning() + "; " + found.cure()));
    boolean consented = asked.consented() && !dryRun;
    List<String> missing = List.of();
    ValidationView validation = null;
    boolean enforce = false;
    if (!asked.planOnly()) {
      Directory then =
          before.with(DirectoryChanges.approvals(before, pair.objects(), author).objects());
      ProbeRequest request =
          new ValidationPlan(
                  then,
                  pair.outbound(then),
                  new ValidationRequest(null, List.of(domain), asked.recipients(), null))
              .request(author.name(), consented);
      validation = validated(request);
      missing = missing(pair, validation);
      enforce = consented && (validation.state().equals("met") || asked.despite());
    }
    Long version = enforce ? (Long) changes.make(change).version() : null;
    if (consented && !enforce) {
      missing.addFirst(
          "The pair is not in force, because its validation failed: ask the partner to fix it, or "
              + "send evenIfUnmet: true; mail to the partner then stays in the queue until it is "
              + "fixed.");
    }
    return new SecureView(
        organization,
        domain,
        SecurePair.shown(pair.objects()),
        warnings,
        missing,
        validation,
        before.version(),
        enforce,
        version);
  }

  private static List<String> missing(SecurePair pair, ValidationView validation) {
    List<String> missing = new ArrayList<>();
    if (!validation.state().equals("met")) {
      missing.add("Mail out: " + validation.summary() + ".");
      validation.steps().stream()
          .filter(step -> step.state().equals("failed"))
          .map(step -> step.host() + " " + step.step() + ": " + step.detail() + " " + step.cure())
          .distinct()
          .limit(10)
          .forEach(missing::add);
    }
    missing.add(
        "Inbound mail: the partner's servers authenticate with their next message. Watch it: postern"
            + " watch "
            + pair.inbound().getFirst().getOrganization()
            + " \""
            + pair.inbound().getFirst().getName()
            + "\"");
    return missing;
  }

  /** Asks, and waits for the end, a minute at most. */
  ValidationView validated(ProbeRequest request) {
    probes.ask(request);
    try {
      return ValidationView.of(
          probes.await(
              request.getProbeId(),
              probe -> ValidationView.of(probe, Instant.now()).over(),
              PATIENCE),
          Instant.now());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(Problem.of(503, "The service is stopping", "Try again."));
    }
  }

  /** The pair that was made for the partner; empty: none was. */
  Optional<SecuredView> made(String organization, String domain) {
    Directory now = directory.of(organization);
    List<DirectoryObject> made = SecurePair.made(now, organization, domain);
    return made.isEmpty()
        ? Optional.empty()
        : Optional.of(new SecuredView(organization, domain, SecurePair.shown(made), now.version()));
  }

  /**
   * Takes the pair away as it was seen, or not at all. Empty: none was made for the partner.
   *
   * @param ifMatch version of the directory that was seen; *: any
   * @throws ProblemException 409: it is not as it was made; 428: it is not said what was seen
   */
  Optional<Changed> undo(
      String organization, String domain, @Nullable String ifMatch, Author author, boolean dryRun) {
    if (made(organization, domain).isEmpty()) {
      return Optional.empty();
    }
    if (ifMatch == null) {
      throw new ProblemException(
          Problem.of(
              428,
              "Version missing",
              "The connectors exist: send If-Match with the version that you have read.",
              List.of(
                  new Problem.Fault(
                      "If-Match",
                      "it is missing",
                      "write \"seen\" of GET …/partners/" + domain + "/secure"))));
    }
    long seen = Precondition.seen(ifMatch);
    return Optional.of(
        changes.make(
            Change.of(
                    directory.atLeast(seen),
                    List.of(organization),
                    before -> SecurePair.removal(before, organization, domain),
                    author,
                    dryRun)
                .ifSeen(seen)));
  }
}
