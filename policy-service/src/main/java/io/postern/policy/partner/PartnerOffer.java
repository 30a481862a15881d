package io.postern.policy.partner;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.directory.DirectoryFile;
import io.postern.names.CertificateNames;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The values for forced TLS that a partner's mail hosts and last handshakes suggest. A proposal: an
 * administrator asks the partner before it is enforced. Pure; one use.
 */
final class PartnerOffer {
  private final String domain;
  private final List<PartnerView.HostView> hosts;
  private final List<PartnerView.SeenView> seen;
  private final Map<String, Object> proposal = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();

  PartnerOffer(String domain, List<PartnerView.HostView> hosts, List<PartnerView.SeenView> seen) {
    this.domain = domain;
    this.hosts = hosts;
    this.seen = seen;
    out();
    in();
  }

  Map<String, Object> proposal() {
    return proposal;
  }

  List<String> remarks() {
    return remarks;
  }

  /** The connector by which a partner's MX are looked at: nothing is demanded of them. */
  static OutboundConnector look(String organization, String domain) {
    Map<String, ?> connector =
        Map.of(
            "name",
            "look at " + Texts.cut(domain, 50),
            "connectorType",
            "partner",
            "recipientDomains",
            List.of(domain),
            "revocation",
            "bestEffort");
    return DirectoryFile.lists(Map.of("outboundConnectors", List.of(connector)), organization)
        .objects()
        .getFirst()
        .getOutboundConnector();
  }

  /**
   * The directory without the organization's outbound connectors, one of which may take the domain.
   */
  static Directory without(Directory directory, String organization) {
    return directory.with(
        directory.outboundConnectors(organization).stream()
            .map(
                connector ->
                    DirectoryObject.newBuilder()
                        .setOutboundConnector(connector)
                        .setRemoved(true)
                        .build())
            .toList());
  }

  /** One view a host and address, of the steps of its walk. */
  static List<PartnerView.HostView> hosts(List<StepView> steps) {
    Map<String, List<StepView>> byAddress = new LinkedHashMap<>();
    Map<String, List<StepView>> ofHosts = new LinkedHashMap<>();
    for (StepView step : steps) {
      if (!step.address().isEmpty()) {
        byAddress
            .computeIfAbsent(step.host() + " " + step.address(), key -> new ArrayList<>())
            .add(step);
      } else if (!step.host().isEmpty()) {
        ofHosts.computeIfAbsent(step.host(), key -> new ArrayList<>()).add(step);
      }
    }
    List<PartnerView.HostView> views = new ArrayList<>();
    byAddress.forEach(
        (key, own) -> views.add(host(own, ofHosts.getOrDefault(own.getFirst().host(), List.of()))));
    return views;
  }

  private static PartnerView.HostView host(List<StepView> own, List<StepView> ofHost) {
    return new PartnerView.HostView(
        own.getFirst().host(),
        own.getFirst().address(),
        said(own, "handshake", true),
        actual(own, "verdict"),
        own.stream()
            .flatMap(step -> step.chain().stream().limit(1))
            .flatMap(leaf -> leaf.names().stream())
            .toList(),
        said(ofHost, "dane", true),
        said(ofHost, "mta-sts", true),
        own.stream()
            .filter(step -> step.state().equals("failed"))
            .map(StepView::detail)
            .findFirst()
            .orElse(""));
  }

  private static String actual(List<StepView> steps, String name) {
    return steps.stream()
        .filter(step -> step.step().equals(name))
        .map(StepView::actual)
        .findFirst()
        .orElse("");
  }

  private static String said(List<StepView> steps, String name, boolean ok) {
    return steps.stream()
        .filter(step -> step.step().equals(name) && step.state().equals("ok") == ok)
        .map(StepView::actual)
        .findFirst()
        .orElse("");
  }

  private void out() {
    if (hosts.isEmpty()) {
      remarks.add("No mail host of " + domain + " was found: ask the partner for its smart hosts.");
      return;
    }
    if (hosts.stream().anyMatch(host -> host.tls().isEmpty())) {
      remarks.add(
          "A mail host does not establish TLS: with forced TLS, mail to it would stay in "
              + "the queue.");
      return;
    }
    if (!hosts.stream().allMatch(host -> host.verdict().equals("good"))) {
      proposal.put("tlsSettings", "encryptionOnly");
      remarks.add("The chain of a mail host is not valid: only encryption can be forced.");
      return;
    }
    String name = common();
    if (name.isEmpty()) {
      proposal.put("tlsSettings", "certificateValidation");
      remarks.add("The mail hosts' certificates have no name in common.");
    } else {
      proposal.put("tlsSettings", "domainValidation");
      proposal.put("tlsDomain", name);
      remarks.add("All mail hosts have valid certificates for " + name + ".");
    }
  }

  /** A name that the certificates of all hosts match; empty: none. */
  private String common() {
    Set<String> candidates = new LinkedHashSet<>();
    candidates.add(domain);
    hosts.forEach(host -> candidates.add(host.host()));
    hosts.forEach(
        host -> {
          int dot = host.host().indexOf('.');
          if (dot > 0 && host.host().indexOf('.', dot + 1) > 0) {
            candidates.add("*" + host.host().substring(dot));
          }
        });
    return candidates.stream()
        .filter(
            name ->
                hosts.stream()
                    .allMatch(host -> CertificateNames.fits(name, host.certificateNames())))
        .findFirst()
        .orElse("");
  }

  private void in() {
    List<String> names =
        seen.stream()
            .map(PartnerView.SeenView::peer)
            .filter(peer -> peer.equals(domain) || peer.endsWith("." + domain))
            .distinct()
            .toList();
    if (names.size() == 1) {
      proposal.put("certificateName", names.getFirst());
      remarks.add("The partner's servers presented a certificate for " + names.getFirst() + ".");
    } else if (names.size() > 1) {
      proposal.put("certificateName", "*." + domain);
      remarks.add(
          "The partner's servers presented certificates for " + String.join(", ", names) + ".");
    } else {
      remarks.add(
          "None of its servers has presented a certificate to a connector yet: ask the partner for "
              + "the name in the certificate of its sending servers, or watch its next sessions.");
    }
  }

  static List<String> names(List<DirectoryObject> made) {
    return made.stream().map(DirectoryKeys::key).toList();
  }
}
