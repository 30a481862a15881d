package io.postern.operator.connectors;

import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.names.CertificateNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that is checked, as it was shown. Arrays are not copied and must not be changed.
 *
 * @param chain DER, the leaf first; empty: none was had
 * @param stapled OCSP response, DER; empty: none
 * @param names of the leaf, as connectors compare them
 * @param leaf null: it cannot be read
 * @param problem why there is no chain
 * @param cure of that
 */
@SuppressWarnings("ArrayRecordComponent")
public record ShownCertificate(
    List<byte[]> chain,
    byte[] stapled,
    List<String> names,
    @Nullable ParsedCertificate leaf,
    String problem,
    String cure) {
  private static final int MOST_SHOWN = 10;

  public static ShownCertificate of(List<byte[]> chain, byte[] stapled) {
    return new ShownCertificate(
        List.copyOf(chain), stapled, CertificateNames.ofLeaf(chain), leaf(chain), "", "");
  }

  /** A host that showed none. */
  public static ShownCertificate none(String problem, String cure) {
    return new ShownCertificate(List.of(), new byte[0], List.of(), null, problem, cure);
  }

  // A leaf that cannot be read has no names either, and the verdict says so.
  private static @Nullable ParsedCertificate leaf(List<byte[]> chain) {
    try {
      return chain.isEmpty() ? null : ParsedCertificate.parse(chain.getFirst());
    } catch (UnusableCertificateException e) {
      return null;
    }
  }

  /** Whether one of the names matches, and which. */
  Answer name(String field, String wanted) {
    String presented = CertificateNames.match(wanted, names);
    if (presented == null) {
      return Answer.no(
          "name",
          "the certificate is for "
              + (names.isEmpty() ? "no name" : someNames())
              + ", not for "
              + wanted
              + (isCommonName(wanted)
                  ? "; its common name does not count beside alternative names"
                  : ""),
          "have a certificate issued with "
              + wanted
              + " among its alternative names"
              + (names.isEmpty() ? "" : ", or write " + field + ": " + names.getFirst()));
    }
    return Answer.yes(
        "name",
        presented.equals(wanted)
            ? wanted + " is a name of the certificate"
            : presented.startsWith("*.")
                ? "the certificate's " + presented + " stands for " + wanted
                : "the connector's " + wanted + " stands for " + presented);
  }

  /** A stranger's host may show thousands. */
  private String someNames() {
    return String.join(", ", names.subList(0, Math.min(MOST_SHOWN, names.size())))
        + (names.size() > MOST_SHOWN ? " and " + (names.size() - MOST_SHOWN) + " others" : "");
  }

  private boolean isCommonName(String wanted) {
    return leaf != null && CertificateNames.matches(wanted, CertificateFacts.of(leaf).name());
  }
}
