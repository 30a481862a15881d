package io.postern.certificate.dns;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.published.OwnTlsReader;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.dns.MailResolver;
import io.postern.dns.ResolverSelfTest;
import io.postern.log.directory.DirectoryReader;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.Type;

/**
 * The look at our own domains and MX hosts in the DNS: their records beside those that they need.
 *
 * <p>Any thread. A look blocks twice the DNS's patience at most, and asks some ten questions a
 * domain and three a host, {@value OwnMail#MOST_HOSTS} hosts at most. Only accepted domains and MX
 * hosts of ours are asked about.
 */
@ApplicationScoped
public class OwnDns {
  private final OwnMail own;
  private final OwnPolicies policies;
  private final OwnTlsReader certificates;
  private final DirectoryReader<DirectoryInForce> directory;
  private final MailResolver dns;
  private final ResolverSelfTest selfTest;
  private final InstantSource clock;
  private final SeenRecords seen = new SeenRecords();

  OwnDns(
      OwnMail own,
      OwnPolicies policies,
      OwnTlsReader certificates,
      DirectoryReader<DirectoryInForce> directory,
      MailResolver dns,
      ResolverSelfTest selfTest,
      InstantSource clock) {
    this.own = own;
    this.policies = policies;
    this.certificates = certificates;
    this.directory = directory;
    this.dns = dns;
    this.selfTest = selfTest;
    this.clock = clock;
  }

  /** Made at the start, so that a wrong setting ends it. */
  void start(@Observes StartupEvent event) {
    var unused = selfTest.problem(); // the test begins
  }

  /** Whose accepted domain it is; empty: nobody's. */
  public String organization(String text) throws OwnDnsException {
    return rules().acceptedDomain(name(text)).map(AcceptedDomain::getOrganization).orElse("");
  }

  private static String name(String text) {
    String aLabels = DomainNames.aLabels(text.strip());
    return DomainNames.normal(aLabels == null ? text.strip() : aLabels);
  }

  private Directory rules() throws OwnDnsException {
    return directory
        .current()
        .map(DirectoryInForce::rules)
        .orElseThrow(() -> OwnDnsException.later("the directory has not been read: try again"));
  }

  /**
   * @param text an accepted domain, or the name of an MX host of ours
   * @throws OwnDnsException it is neither, or the log has not been read
   */
  public DnsReport of(String text) throws OwnDnsException, InterruptedException {
    String name = name(text);
    Directory rules = rules();
    List<IngressKey> keys = keys();
    if (rules.acceptedDomain(name).isPresent()) {
      return domain(name, keys);
    }
    if (!ours(List.of(name), keys).isEmpty()) {
      Instant now = clock.instant();
      Map<Question, Answer> answers = Question.ask(hostQuestions(List.of(name)), dns);
      List<DnsRow> rows = new ArrayList<>();
      hostRows(name, answers, keys, now, rows);
      return report(name, List.of(name), rows, answers, keys, now);
    }
    throw OwnDnsException.refused(
        name
            + " is neither an accepted domain nor an MX host of the installation: use one, or set "
            + "postern.own.mx-hosts");
  }

  private DnsReport domain(String domain, List<IngressKey> keys) throws InterruptedException {
    Question mx = new Question(domain, Type.MX);
    Question sts = new Question("_mta-sts." + domain, Type.TXT);
    Question reports = new Question("_smtp._tls." + domain, Type.TXT);
    String policyHost = "mta-sts." + domain;
    Question policyFour = new Question(policyHost, Type.A);
    Question policySix = new Question(policyHost, Type.AAAA);
    Instant now = clock.instant();
    Map<Question, Answer> answers =
        Question.ask(List.of(mx, sts, reports, policyFour, policySix), dns);
    Answer mxAnswer = answer(answers, mx);
    List<String> there = ours(DomainRows.hosts(mxAnswer), keys);
    // Before its MX records are there, what they will need.
    List<String> hosts = there.isEmpty() ? own.mxHosts() : there;
    answers.putAll(Question.ask(hostQuestions(hosts), dns));
    List<DnsRow> rows = new ArrayList<>();
    rows.add(DomainRows.mx(domain, mxAnswer, own.mxHosts(), there));
    rows.add(DomainRows.dnssec(domain, mxAnswer, dns.proves()));
    for (String host : hosts) {
      hostRows(host, answers, keys, now, rows);
    }
    Optional<OwnPolicy> policy = policies.isServed(domain) ? policies.of(domain) : Optional.empty();
    if (policy.isPresent()) {
      rows.add(
          DomainRows.addresses(
              policyHost,
              List.of(answer(answers, policyFour), answer(answers, policySix)),
              "Add the address of the host that serves the policy over HTTPS."));
      rows.add(DomainRows.policy(domain, policy.get(), mxAnswer));
    }
    if (policies.isServed(domain) && policy.isEmpty()) {
      rows.add(DomainRows.undecided(domain));
    }
    rows.add(DomainRows.stsRecord(domain, answer(answers, sts), policy.orElse(null)));
    rows.add(DomainRows.reports(domain, answer(answers, reports), own.reports()));
    return report(domain, hosts, rows, answers, keys, now);
  }

  private DnsReport report(
      String name,
      List<String> hosts,
      List<DnsRow> rows,
      Map<Question, Answer> answers,
      List<IngressKey> keys,
      Instant now) {
    Map<String, Answer> tlsa = new LinkedHashMap<>();
    hosts.forEach(host -> tlsa.put(host, answer(answers, tlsa(host))));
    return DnsReport.of(
        name,
        now,
        dns.dnssec().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        hosts,
        rows,
        seen.of(tlsa, keys, now));
  }

  private void hostRows(
      String host,
      Map<Question, Answer> answers,
      List<IngressKey> keys,
      Instant now,
      List<DnsRow> rows) {
    Answer four = answer(answers, new Question(host, Type.A));
    Answer six = answer(answers, new Question(host, Type.AAAA));
    rows.add(
        DomainRows.addresses(host, List.of(four, six), "Add an address record for the MX host."));
    rows.add(DomainRows.dnssec(host, four.proven() ? four : six, dns.proves()));
    rows.add(TlsaRow.of(host, answer(answers, tlsa(host)), keys, now));
  }

  private static List<Question> hostQuestions(List<String> hosts) {
    List<Question> questions = new ArrayList<>();
    for (String host : hosts) {
      questions.add(new Question(host, Type.A));
      questions.add(new Question(host, Type.AAAA));
      questions.add(tlsa(host));
    }
    return questions;
  }

  /**
   * The TLSA records of our MX hosts, if a chain replaced one that ingress presents: of the hosts
   * of the settings, else of those that the former certificate names.
   *
   * @param before leaf first
   * @param after leaf first
   */
  public List<TlsaChange> change(List<ParsedCertificate> before, List<ParsedCertificate> after)
      throws OwnDnsException, InterruptedException {
    IngressKey former = new IngressKey(sha256(before), false, before, null);
    IngressKey coming = new IngressKey(sha256(after), true, after, null);
    List<String> hosts =
        own.mxHosts().isEmpty()
            ? former.names().stream()
                .filter(name -> !name.startsWith("*."))
                .limit(OwnMail.MOST_HOSTS)
                .toList()
            : own.mxHosts();
    Map<Question, Answer> answers = Question.ask(hosts.stream().map(OwnDns::tlsa).toList(), dns);
    Instant now = clock.instant();
    List<IngressKey> keys = new ArrayList<>(keys());
    keys.add(former);
    keys.add(coming);
    List<TlsaChange> changes = new ArrayList<>();
    for (String host : hosts) {
      Answer answer = answer(answers, tlsa(host));
      Instant from = seen.of(Map.of(host, answer), List.of(former, coming), now).getFirst().from();
      changes.add(TlsaChange.of(host, answer, coming, keys, from, dns.proves(), now));
    }
    return changes;
  }

  private static String sha256(List<ParsedCertificate> chain) {
    return Fingerprints.hex(chain.getFirst().fingerprint());
  }

  private static Question tlsa(String host) {
    return new Question(TlsaRow.name(host), Type.TLSA);
  }

  private static Answer answer(Map<Question, Answer> answers, Question question) {
    return answers.getOrDefault(question, new Answer(null, "not queried", false));
  }

  private List<IngressKey> keys() throws OwnDnsException {
    return certificates
        .history()
        .certificates(clock.instant())
        .map(IngressKey::of)
        .orElseThrow(
            () ->
                OwnDnsException.later("the certificates have not been read from Kafka: try again"));
  }

  /** Those of the names that are MX hosts of ours. */
  private List<String> ours(List<String> hosts, List<IngressKey> keys) {
    Set<String> ours = new LinkedHashSet<>();
    for (String host : hosts) {
      boolean is =
          own.mxHosts().isEmpty()
              ? keys.stream().anyMatch(key -> CertificateNames.matches(host, key.names()))
              : own.mxHosts().contains(host);
      if (is && ours.size() < OwnMail.MOST_HOSTS) {
        ours.add(host);
      }
    }
    return List.copyOf(ours);
  }
}
