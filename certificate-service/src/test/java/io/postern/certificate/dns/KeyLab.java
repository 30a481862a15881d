package io.postern.certificate.dns;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.contracts.Fingerprints;
import io.postern.dns.DnsAnswer;
import io.postern.dns.dane.Tlsa;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TLSARecord;

/**
 * Certificates A, B and C of one authority, and TLSA records for them: {@code A311} is 3 1 1 for A,
 * {@code CA211} is 2 1 1 for the authority, {@code A111} cannot authenticate.
 */
final class KeyLab {
  static final String HOST = "mx.contoso.example";
  static final long TTL = 1800;

  private static final LabCa CA = LabCa.create("Keys");
  private static final Map<String, Identity> IDENTITIES =
      Map.of("A", issued(), "B", issued(), "C", issued());

  private KeyLab() {}

  private static Identity issued() {
    return CA.issue(Issue.to(HOST));
  }

  static IngressKey key(String name, boolean coming, @Nullable Instant planned) {
    try {
      List<ParsedCertificate> chain = new ArrayList<>();
      for (byte[] der : identity(name).der()) {
        chain.add(ParsedCertificate.parse(der));
      }
      return new IngressKey(
          Fingerprints.hex(chain.getFirst().fingerprint()), coming, chain, planned);
    } catch (UnusableCertificateException e) {
      throw new AssertionError(e);
    }
  }

  private static Identity identity(String name) {
    return Objects.requireNonNull(IDENTITIES.get(name));
  }

  /** Presented ones, then coming ones; names are separated by blanks. */
  static List<IngressKey> keys(String presented, String coming) {
    List<IngressKey> keys = new ArrayList<>();
    words(presented).forEach(name -> keys.add(key(name, false, null)));
    words(coming).forEach(name -> keys.add(key(name, true, null)));
    return keys;
  }

  static Tlsa tlsa(String word) {
    String name = word.substring(0, word.length() - 3);
    int[] numbers = word.substring(name.length()).chars().map(c -> c - '0').toArray();
    List<byte[]> chain = identity(name.equals("CA") ? "A" : name).der();
    byte[] named = name.equals("CA") ? chain.get(1) : chain.getFirst();
    return Tlsa.of(numbers[0], numbers[1], numbers[2], named);
  }

  static Answer answer(String words, boolean proven) {
    List<Record> records = words(words).stream().map(word -> record(tlsa(word))).toList();
    return Answer.of(new DnsAnswer(name(), records, true, proven, 60, records.isEmpty() ? 0 : TTL));
  }

  static List<String> words(String words) {
    return words.isEmpty() ? List.of() : Arrays.asList(words.split(" "));
  }

  private static Record record(Tlsa tlsa) {
    return new TLSARecord(
        name(),
        DClass.IN,
        60,
        tlsa.usage(),
        tlsa.selector(),
        tlsa.matchingType(),
        HexFormat.of().parseHex(tlsa.data()));
  }

  private static Name name() {
    return Name.fromConstantString("_25._tcp." + HOST + ".");
  }
}
