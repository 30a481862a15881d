package io.postern.certificate.dns;

import io.postern.certificate.dns.DnsRow.State;
import io.postern.dns.TextFields;
import io.postern.dns.mtasts.StsPolicy.Mode;
import io.postern.dns.mtasts.StsRecord;
import io.postern.dns.tlsrpt.TlsRptRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;

/** The rows of a domain, by the answers about it. Stateless. */
final class DomainRows {
  private static final String NOTHING_SET = "Nothing is set here (%s), and nothing is published.";
  private static final String ELSEWHERE = "Published, and not set here (%s).";

  private DomainRows() {}

  /** Hosts of MX records, lower case, without the final dot. */
  static List<String> hosts(Answer mx) {
    return mx.as(MXRecord.class).stream()
        .map(record -> record.getTarget().toString(true).toLowerCase(Locale.ROOT))
        .distinct()
        .toList();
  }

  /**
   * @param wanted names of our hosts by the settings; none: not configured
   * @param ours those of them, or of the hosts that our certificates name, in the domain's records
   */
  static DnsRow mx(String domain, Answer answer, List<String> wanted, List<String> ours) {
    if (answer.failed()) {
      return failed(domain, "MX", answer);
    }
    List<String> add =
        ours.isEmpty()
            ? wanted.stream().map(host -> line(domain, answer, "MX", "10 " + host + ".")).toList()
            : List.of();
    List<String> published = answer.as(MXRecord.class).stream().map(Record::rdataToString).toList();
    List<String> others = hosts(answer).stream().filter(host -> !ours.contains(host)).toList();
    String note = "";
    if (ours.isEmpty() && wanted.isEmpty()) {
      note = "No MX host of the installation is known: list the MX hosts in postern.own.mx-hosts.";
    } else if (!others.isEmpty()) {
      note = "Hosts that do not belong to the installation: " + String.join(", ", others) + ".";
    }
    State state = !ours.isEmpty() ? State.OK : published.isEmpty() ? State.MISSING : State.DIFFERS;
    return new DnsRow(
        Zone.absolute(domain), "MX", state, answer.proven(), published, add, List.of(), note);
  }

  /** Whether a name's zone is signed, by an answer about the name. */
  static DnsRow dnssec(String name, Answer answer, boolean asked) {
    State state = answer.proven() ? State.OK : State.MUST_COME_FIRST;
    String note =
        answer.proven()
            ? ""
            : "Sign the zone: without DNSSEC, no sender uses the TLSA records of the host.";
    if (!asked) {
      state = State.NOT_SET;
      note =
          "Not checked: postern.dns.dnssec of certificate-service is off, or its DNS servers pass no"
              + " signatures on.";
    } else if (answer.failed()) {
      state = answer.bogus() ? State.REFUSED : State.UNKNOWN;
      note = answer.failure();
    }
    return new DnsRow(
        Zone.absolute(name),
        "DNSSEC",
        state,
        answer.proven(),
        List.of(),
        List.of(),
        List.of(),
        note);
  }

  /** Addresses of both families. */
  static DnsRow addresses(String host, List<Answer> answers, String missing) {
    List<String> published =
        answers.stream()
            .flatMap(answer -> answer.as(Record.class).stream())
            .map(Record::rdataToString)
            .toList();
    Optional<Answer> failure = answers.stream().filter(Answer::failed).findFirst();
    State state =
        !published.isEmpty()
            ? State.OK
            : failure.isPresent() ? State.UNKNOWN : State.MUST_COME_FIRST;
    return new DnsRow(
        Zone.absolute(host),
        "A",
        state,
        answers.stream().anyMatch(Answer::proven),
        published,
        List.of(),
        List.of(),
        state == State.OK ? "" : failure.map(Answer::failure).orElse(missing));
  }

  /**
   * @param wanted null: no policy is set for the domain, or not decided yet
   */
  static DnsRow stsRecord(String domain, Answer answer, @Nullable OwnPolicy wanted) {
    String text = wanted == null ? null : wanted.record().text();
    return text(
        "_mta-sts." + domain,
        answer,
        StsRecord.VERSION,
        text,
        published -> StsRecord.parse(published).equals(wanted == null ? null : wanted.record()),
        "postern.own.sts-mode",
        "Publish it when " + policyUrl(domain) + " answers.");
  }

  static DnsRow reports(String domain, Answer answer, Optional<TlsRptRecord> wanted) {
    return text(
        "_smtp._tls." + domain,
        answer,
        TlsRptRecord.VERSION,
        wanted.map(TlsRptRecord::text).orElse(null),
        published -> Optional.of(TlsRptRecord.parse(published)).equals(wanted),
        "postern.own.tls-reports",
        "");
  }

  /** A policy that is to say enforce, while our certificates have not been looked at. */
  static DnsRow undecided(String domain) {
    return new DnsRow(
        policyUrl(domain),
        "POLICY",
        State.UNKNOWN,
        false,
        List.of(),
        List.of(),
        List.of(),
        "It is not served yet: no certificate of ingress-service has been checked, or none can be "
            + "validated.");
  }

  private static String policyUrl(String domain) {
    return "https://mta-sts." + domain + PolicyServer.PATH;
  }

  /** The policy as it is served beside the domain's MX records. */
  static DnsRow policy(String domain, OwnPolicy wanted, Answer mx) {
    List<String> sentences = new ArrayList<>();
    State state = State.OK;
    if (!wanted.whyNotEnforced().isEmpty()) {
      state = State.DIFFERS;
      sentences.add("It should say enforce, and says testing: " + wanted.whyNotEnforced() + ".");
    }
    List<String> left = hosts(mx).stream().filter(host -> !wanted.policy().names(host)).toList();
    if (wanted.policy().mode() != Mode.NONE && !left.isEmpty()) {
      state = wanted.policy().mode() == Mode.ENFORCE ? State.REFUSED : State.DIFFERS;
      sentences.add(
          "It does not name MX hosts of the domain, so senders refuse these: "
              + String.join(", ", left)
              + ".");
    }
    return new DnsRow(
        policyUrl(domain),
        "POLICY",
        state,
        false,
        wanted.policy().text().lines().toList(),
        List.of(),
        List.of(),
        String.join(" ", sentences));
  }

  /** Text of a record is right. */
  private interface Check {
    /**
     * @throws IllegalArgumentException it is malformed
     */
    boolean isRight(String text);
  }

  private static DnsRow text(
      String name,
      Answer answer,
      String version,
      @Nullable String wanted,
      Check check,
      String setting,
      String order) {
    if (answer.failed()) {
      return failed(name, "TXT", answer);
    }
    List<String> found =
        answer.as(TXTRecord.class).stream()
            .map(TextFields::text)
            .filter(text -> TextFields.isOf(version, text))
            .toList();
    State state;
    String note = "";
    List<String> add = List.of();
    List<String> remove = List.of();
    if (wanted == null) {
      state = found.isEmpty() ? State.NOT_SET : State.OK;
      note = (found.isEmpty() ? NOTHING_SET : ELSEWHERE).formatted(setting);
    } else if (found.size() == 1 && isRight(check, found.getFirst())) {
      state = State.OK;
    } else {
      state = found.isEmpty() ? State.MISSING : State.DIFFERS;
      note = found.size() > 1 ? "Several records are treated as none. " + order : order;
      add = List.of(line(name, answer, "TXT", Zone.text(wanted)));
      remove = found.stream().map(text -> line(name, answer, "TXT", Zone.text(text))).toList();
    }
    return new DnsRow(
        Zone.absolute(name), "TXT", state, answer.proven(), found, add, remove, note.strip());
  }

  private static boolean isRight(Check check, String text) {
    try {
      return check.isRight(text);
    } catch (IllegalArgumentException e) {
      return false; // malformed: no sender heeds it
    }
  }

  private static String line(String name, Answer answer, String type, String data) {
    return Zone.line(name, answer.ttl(), type, data);
  }

  private static DnsRow failed(String name, String type, Answer answer) {
    return new DnsRow(
        Zone.absolute(name),
        type,
        State.UNKNOWN,
        false,
        List.of(),
        List.of(),
        List.of(),
        answer.failure());
  }
}
