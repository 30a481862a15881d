package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;

/**
 * Generated chains, judged here and by the JDK's own validator. What it refuses is refused here;
 * what is refused here alone is refused for one of the reasons that it does not know, listed with
 * why.
 */
class DifferentialTest {
  private static final int CHAINS = 1_500;
  private static final long SEED = 20261125;
  private static final ASN1ObjectIdentifier OWN = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.7");

  /** What the JDK takes of a path and we do not. */
  private static final Map<VerdictReason, String> STRICTER =
      Map.of(
          VerdictReason.EXTENDED_KEY_USAGE, "the JDK's path validation knows no role",
          VerdictReason.KEY_USAGE, "nor what a role's key must be allowed to do",
          VerdictReason.WEAK_SIGNATURE, "SHA-1 of private roots passes there");

  /** To the JDK an anchor is a name and a key; here it is a certificate that must hold too. */
  private static final Set<VerdictReason> OF_THE_ANCHOR =
      Set.of(
          VerdictReason.EXPIRED,
          VerdictReason.NOT_YET_VALID,
          VerdictReason.UNKNOWN_CRITICAL_EXTENSION,
          VerdictReason.NAME_CONSTRAINT);

  /** More than a chain has: a new key for each certificate would cost as much as its signature. */
  private static final List<KeyPair> KEYS =
      Stream.generate(() -> CertificateMaker.ec("secp256r1")).limit(16).toList();

  /** A chain from an anchor, with a defect or two at random places; each key is in it once. */
  private static final class Chain {
    private final Random random;
    private final Iterator<KeyPair> keys = KEYS.iterator();
    final List<Made> presented = new ArrayList<>();
    final Made anchor;

    Chain(Random random, int number) {
      this.random = random;
      anchor = maybeDamaged(ca("Root " + number), 0.05, true).keys(keys.next()).make();
      Made issuer = anchor;
      int middles = random.nextInt(3);
      for (int i = 0; i < middles; i++) {
        CertificateMaker maker = ca("Middle " + number + " " + i).by(issuer);
        if (random.nextInt(4) == 0) {
          maker.pathLength(random.nextInt(2));
        }
        issuer = maybeDamaged(maker, 0.15, true).keys(keys.next()).make();
        presented.add(issuer);
      }
      Made signer = random.nextInt(25) == 0 ? ca(nameOf(issuer)).keys(keys.next()).make() : issuer;
      Made leaf =
          maybeDamaged(published(leaf("mail.example")).by(signer), 0.25, false)
              .keys(keys.next())
              .make();
      if (random.nextInt(25) == 0 && !presented.isEmpty()) {
        presented.remove(random.nextInt(presented.size()));
      }
      if (random.nextInt(4) == 0) {
        presented.add(ca("Unrelated").keys(keys.next()).make());
      }
      Collections.shuffle(presented, random);
      presented.addFirst(leaf);
    }

    private CertificateMaker published(CertificateMaker maker) {
      return random.nextBoolean() ? maker.issuerAt("http://ca.example/issuer.cer") : maker;
    }

    private static String nameOf(Made made) {
      String name = made.certificate().holder().getSubject().toString();
      return name.substring(name.indexOf("CN=") + 3);
    }

    private CertificateMaker maybeDamaged(CertificateMaker maker, double odds, boolean authority) {
      if (random.nextDouble() >= odds) {
        return maker;
      }
      return switch (random.nextInt(8)) {
        case 0 -> maker.valid(Duration.ofDays(-20), Duration.ofDays(-1));
        case 1 -> maker.valid(Duration.ofDays(1), Duration.ofDays(20));
        case 2 -> maker.without(Extension.basicConstraints);
        case 3 -> maker.with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyAgreement));
        case 4 -> maker.purposes(KeyPurposeId.id_kp_codeSigning);
        case 5 -> maker.algorithm("SHA1withECDSA");
        case 6 -> maker.with(OWN, true, DERNull.INSTANCE);
        default ->
            authority
                ? maker.with(
                    Extension.nameConstraints,
                    true,
                    new NameConstraints(
                        new GeneralSubtree[] {
                          new GeneralSubtree(
                              new GeneralName(
                                  GeneralName.dNSName,
                                  random.nextBoolean() ? "example" : "elsewhere"))
                        },
                        null))
                : maker;
      };
    }
  }

  private static CollectedChain.Outcome here(Chain chain) throws InterruptedException {
    return new CollectedChain(
            chain.presented.stream().map(Made::der).toList(),
            List.of(chain.anchor.der()),
            List.of(),
            List.of(),
            RevocationMode.REVOCATION_OFF,
            Purpose.SERVER,
            PolicyInputs.NONE,
            Instant.now())
        .judge();
  }

  private static boolean jdk(Chain chain) throws GeneralSecurityException {
    X509CertSelector leaf = new X509CertSelector();
    leaf.setCertificate(chain.presented.getFirst().certificate().x509());
    PKIXBuilderParameters parameters =
        new PKIXBuilderParameters(
            Set.of(new TrustAnchor(chain.anchor.certificate().x509(), null)), leaf);
    parameters.setRevocationEnabled(false);
    parameters.addCertStore(
        CertStore.getInstance(
            "Collection",
            new CollectionCertStoreParameters(
                chain.presented.stream().map(made -> made.certificate().x509()).toList())));
    try {
      var unused = CertPathBuilder.getInstance("PKIX").build(parameters);
      return true;
    } catch (CertPathBuilderException e) {
      return false;
    }
  }

  private static boolean isKnown(CollectedChain.Outcome here, Chain chain) {
    VerdictReason reason = here.reason();
    if (reason == VerdictReason.NAME_CONSTRAINT) {
      return chain.anchor.certificate().extension(Extension.nameConstraints) != null;
    }
    return STRICTER.containsKey(reason)
        || OF_THE_ANCHOR.contains(reason)
            && here.detail().startsWith(chain.anchor.certificate().toString());
  }

  @Test
  void whatTheJdkRefusesIsRefusedAndTheRestIsKnown() throws Exception {
    Random random = new Random(SEED);
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < CHAINS; i++) {
      Chain chain = new Chain(random, i);
      CollectedChain.Outcome here = here(chain);
      boolean good = here.result() == VerdictResult.GOOD;
      boolean there = jdk(chain);
      assertThat(!good || there).as("chain %d: good here, refused by the JDK", i).isTrue();
      if (!good && there) {
        assertThat(isKnown(here, chain)).as("chain %d: %s", i, here.detail()).isTrue();
      }
      String what = (good ? "good" : String.valueOf(here.reason())) + (there ? "/good" : "/bad");
      counts.merge(what, 1, Integer::sum);
    }
    System.out.println("Here/JDK: " + counts);
    assertThat(counts.getOrDefault("good/good", 0)).isGreaterThan(CHAINS / 4);
    assertThat(counts.keySet())
        .as("the generator reaches what it is meant to")
        .contains(
            "EXPIRED/bad",
            "NOT_YET_VALID/bad",
            "NOT_A_CA/bad",
            "PATH_LENGTH/bad",
            "INCOMPLETE_CHAIN/bad",
            "UNTRUSTED_ROOT/bad",
            "UNKNOWN_CRITICAL_EXTENSION/bad",
            "NAME_CONSTRAINT/bad",
            "EXTENDED_KEY_USAGE/good");
  }
}
