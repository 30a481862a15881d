package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.log.OccasionalLog;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * The ends of partners' certificates. There may be 20,000 chains, and most end much later: of each
 * chain only its earliest end is kept, by its fingerprint, as long as it is seen. Any thread.
 */
final class PartnerEnds {
  private final Map<ByteString, Instant> earliest = new ConcurrentHashMap<>();
  private final OccasionalLog log = new OccasionalLog(PartnerEnds.class);

  /**
   * @param chains all that were seen
   */
  void add(List<CertificateChain> chains, List<HandshakeSeen> handshakes, CertificateEnds endings) {
    Set<ByteString> seen = new HashSet<>();
    for (CertificateChain chain : chains) {
      seen.add(chain.getFingerprint());
    }
    earliest.keySet().retainAll(seen);
    List<CertificateChain> near =
        chains.stream().filter(chain -> endings.isNear(earliest(chain))).toList();
    Map<ByteString, Set<String>> places = places(near, handshakes);
    for (CertificateChain chain : near) {
      for (ByteString der : chain.getCertificatesList()) {
        Instant end = end(der);
        if (endings.isNear(end)) {
          endings.add(ExpiringCertificate.Kind.PARTNER, der, end, side(chain));
          places
              .getOrDefault(chain.getFingerprint(), Set.of())
              .forEach(place -> endings.add(ExpiringCertificate.Kind.PARTNER, der, end, place));
        }
      }
    }
  }

  private Instant earliest(CertificateChain chain) {
    return earliest.computeIfAbsent(
        chain.getFingerprint(),
        _ ->
            chain.getCertificatesList().stream()
                .map(this::end)
                .min(Instant::compareTo)
                .orElse(Instant.MAX));
  }

  /** Instant.MAX: it cannot be read. */
  private Instant end(ByteString der) {
    try {
      return new X509CertificateHolder(der.toByteArray()).getNotAfter().toInstant();
    } catch (IOException | RuntimeException e) {
      // None that was judged is like that.
      log.warn("a certificate of certificate.chains cannot be read", e);
      return Instant.MAX;
    }
  }

  private static Map<ByteString, Set<String>> places(
      List<CertificateChain> chains, List<HandshakeSeen> handshakes) {
    Set<ByteString> of =
        chains.stream().map(CertificateChain::getFingerprint).collect(Collectors.toSet());
    return handshakes.stream()
        .filter(handshake -> of.contains(handshake.getChainFingerprint()))
        .collect(
            Collectors.groupingBy(
                HandshakeSeen::getChainFingerprint,
                Collectors.mapping(PartnerEnds::place, Collectors.toSet())));
  }

  private static String place(HandshakeSeen handshake) {
    String peer = handshake.getPeer().isEmpty() ? "an unauthenticated peer" : handshake.getPeer();
    return "%s / %s: %s".formatted(handshake.getOrganization(), handshake.getConnector(), peer);
  }

  private static String side(CertificateChain chain) {
    return chain.getRole() == CertificateRole.ROLE_CLIENT ? "sends to us" : "receives from us";
  }
}
