package io.postern.delivery.probe;

import io.postern.contracts.Reasons;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import io.postern.contracts.v1.ProbedHop;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.HostDemands.Answer.Unusable;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.nexthop.MailHost.Choice;
import io.postern.delivery.nexthop.Resolution;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.route.Candidates;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.route.NextHopRules;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.session.Authentication;
import io.postern.delivery.session.ClientCertificateException;
import io.postern.delivery.session.Credentials;
import io.postern.delivery.session.CredentialsException;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.HopTools;
import io.postern.delivery.session.Session;
import io.postern.delivery.session.SessionOpener;
import io.postern.transport.SourceAddressException;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The walk through a next hop without mail (docs/guides/forced-tls-with-a-partner.md): every host
 * at every address, while a delivery ends at the first that takes its mail, since one bad server
 * among several defers mail now and then. {@link Candidates}, dialling, handshake, verdict and gate
 * are those of a delivery. A host that passed gets QUIT, or AUTH and QUIT where the hop has
 * credentials; nothing of an envelope is said.
 *
 * <p>Owner: the probe's thread, once; it blocks, bounded by {@link Timeouts} and the ownership, by
 * which it is ended from outside. At most {@code maxAddresses} of the tools are dialled.
 */
public final class HopProbe implements Candidates.LookUps {
  private final HopTools tools;
  private final String organization;
  private final NextHop hop;
  private final TlsRequirement requirement;
  private final Ownership ownership;
  private final ProbeSteps steps;
  private @Nullable Credentials credentials;
  private int dialled;
  private int passed;
  private int refused; // hosts that are there and do not do
  private int unreached;
  private String looking = "mail-hosts"; // the step of the look-ups that is under way

  /**
   * @param organization whose anchors, certificate and credentials are used
   * @param anyAddress smart hosts are approved as in a delivery; else none is
   * @param shown takes each step as it is made
   */
  public HopProbe(
      HopTools tools,
      String organization,
      ProbedHop probed,
      boolean anyAddress,
      Ownership ownership,
      Consumer<ProbeStep> shown) {
    this.tools = tools;
    this.organization = organization;
    this.hop = anyAddress ? probed.getNextHop() : unapproved(probed.getNextHop());
    this.requirement = NextHopRules.complete(probed.getRequirement(), hop);
    this.ownership = ownership;
    this.steps = new ProbeSteps(hop.getRoute(), shown);
  }

  private static NextHop unapproved(NextHop hop) {
    NextHop.Builder marked = hop.toBuilder();
    marked.getSmartHostsBuilderList().forEach(host -> host.setUnapproved(true));
    return marked.build();
  }

  /** Some address passed the gate, and none that answered was refused by it. */
  public boolean met() {
    return passed > 0 && refused == 0;
  }

  /** One sentence, without its full stop. */
  public String summary() {
    return passed
        + " of "
        + dialled
        + (dialled == 1 ? " address" : " addresses")
        + " of "
        + hop.getRoute()
        + " meet the requirement"
        + (refused == 0 ? "" : ", " + refused + " do not")
        + (unreached == 0 ? "" : ", " + unreached + " cannot be used");
  }

  public void walk() {
    TlsGate.Ruling.Refusal refusal = NextHopRules.refusal(requirement, hop);
    if (refusal != null) {
      steps.failed("mail-hosts", refusal.reason(), refusal.detail());
      return;
    }
    ClientIdentity identity = tools.identity().of(hop);
    try {
      credentials = tools.credentials().of(identity);
    } catch (CredentialsException e) {
      steps.failed("AUTH", Reasons.CREDENTIALS_MISSING, String.valueOf(e.getMessage()));
      return;
    }
    steps.begin();
    Candidates candidates = tools.candidates(hop, requirement, identity, ownership, this);
    SessionKey key = candidates.next();
    while (key != null && dialled < tools.maxAddresses() && ownership.held()) {
      dialled++;
      steps.at(key.target().host(), key.target().shown());
      dial(key);
      key = candidates.next();
    }
  }

  @Override
  public void resolved(Resolution resolution) {
    steps.at("", "");
    looking = "mail-hosts";
    switch (resolution) {
      case Resolution.Unroutable nowhere -> {
        if (nowhere.permanent()) {
          failed(nowhere.reason(), nowhere.detail());
        }
      }
      case Resolution.Hosts(List<MailHost> hosts) ->
          steps.step(
              "mail-hosts",
              ProbeState.PROBE_PASSED,
              step ->
                  step.setDetail(found(hosts))
                      .setActual(
                          hosts.stream().map(HopProbe::shown).collect(Collectors.joining(", "))));
    }
  }

  @Override
  public void host(MailHost host) {
    steps.at(host.name(), "");
    looking = "addresses";
  }

  @Override
  public void demand(HostDemand demand) {
    ProbedDemand.show(steps, requirement, demand);
  }

  @Override
  public void unusable(MailHost host, Unusable why) {
    looking = why.reason().startsWith("mta-sts") ? "mta-sts" : "dane";
  }

  @Override
  public void addresses(List<InetAddress> usable) {
    // Of others nothing is said: an administrator would learn of the inner network.
    steps.step(
        "addresses",
        ProbeState.PROBE_PASSED,
        step ->
            step.setDetail("The host has addresses.")
                .setActual(
                    usable.stream()
                        .map(InetAddress::getHostAddress)
                        .collect(Collectors.joining(", "))));
  }

  @Override
  public void failed(String reason, String detail) {
    unreached++;
    steps.failed(looking, reason, detail);
  }

  private static String found(List<MailHost> hosts) {
    boolean proven = hosts.stream().allMatch(MailHost::proven);
    if (hosts.stream().anyMatch(host -> host.chosenBy() == Choice.RECIPIENTS_DOMAIN)) {
      return proven
          ? "The mail hosts are secured by DNSSEC."
          : "The mail hosts were found; they are not secured by DNSSEC.";
    }
    if (hosts.stream().allMatch(host -> host.chosenBy() == Choice.ADMINISTRATOR)) {
      return "The connector names its smart hosts.";
    }
    return proven
        ? "The smart host has MX records, secured by DNSSEC."
        : "The smart host has MX records, not secured by DNSSEC: a certificate proves these hosts "
            + "only by the name of the smart host.";
  }

  private static String shown(MailHost host) {
    boolean byMx = host.chosenBy() != Choice.ADMINISTRATOR || host.preference() > 0;
    return (byMx ? host.preference() + " " : "") + host.name() + ":" + host.port();
  }

  private void dial(SessionKey key) {
    ProbedOpening opening = new ProbedOpening(steps);
    try {
      switch (tools.opener().open(key, null, null, ownership, () -> {}, opening)) {
        case SessionOpener.Opening.Success(Session session) -> judge(session);
        case SessionOpener.Opening.NoTls(TlsGate.PlaintextReason why, String detail) -> {
          opening.failed(why.reason(), detail);
          withoutTls(key, why);
        }
      }
    } catch (ClientCertificateException e) {
      refused++;
      opening.failed(Reasons.CLIENT_CERTIFICATE_MISSING, String.valueOf(e.getMessage()));
    } catch (SourceAddressException e) {
      unreached++;
      opening.failed(Reasons.SOURCE_ADDRESS_UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (DialogueException e) {
      unreached++;
      if (ownership.held()) {
        opening.failed(e);
      } else {
        opening.failed(Reasons.TIMEOUT, "The time limit of the validation was reached.");
      }
    } finally {
      ownership.connection(null);
    }
  }

  private void withoutTls(SessionKey key, TlsGate.PlaintextReason why) {
    requirement(
        TlsGate.decide(
            requirement,
            key.demand(),
            new TlsGate.Channel.Plaintext(why),
            key.target().host(),
            false,
            TlsGate.Proofs.NONE));
  }

  private void judge(Session session) {
    boolean inOrder = false;
    try {
      Judge.Judgement judgement =
          new ProbedProof(tools.judge(), organization, steps, session).judge();
      inOrder = !requirement(judgement.ruling()) || authenticated(session, judgement);
    } finally {
      if (inOrder) {
        session.quit(tools.timeouts().quit());
      } else {
        session.abort();
      }
    }
  }

  private boolean requirement(TlsGate.Ruling ruling) {
    return switch (ruling) {
      case TlsGate.Ruling.Pass(String achieved) -> {
        passed++;
        String token = TlsToken.achieved(requirement.getLevel(), achieved);
        steps.step(
            "requirement",
            ProbeState.PROBE_PASSED,
            step ->
                step.setDetail("Mail would be sent to this host.")
                    .setToken(token)
                    .setActual(token));
        yield true;
      }
      case TlsGate.Ruling.Refusal(String reason, String detail) -> {
        refused++;
        String token = TlsToken.refused(requirement.getLevel(), reason);
        steps.step(
            "requirement",
            ProbeState.PROBE_FAILED,
            step -> step.setDetail(detail).setReason(reason).setToken(token).setActual(token));
        yield false;
      }
    };
  }

  /** False: the session is of no more use. */
  private boolean authenticated(Session session, Judge.Judgement judgement) {
    Credentials proof = credentials;
    if (proof == null) {
      return true;
    }
    try {
      new Authentication(session, proof, session.proven(judgement), tools.timeouts().command())
          .run();
      steps.step(
          "AUTH",
          ProbeState.PROBE_PASSED,
          step -> step.setDetail("The host accepts the credentials."));
      return true;
    } catch (DialogueException e) {
      passed--;
      refused++;
      steps.failed("AUTH", e.reason(), e.detail());
      return false;
    }
  }
}
