package io.postern.delivery.relay;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.dns.dane.Tlsa;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import java.util.HexFormat;

/**
 * The demands under which mail meets an attacker in {@link DowngradeTest}, and who may read it
 * there. Mail goes by MX. With DANE the recipient's domain signs its zone and publishes the host's
 * key, for REQUIRETLS it signs its zone, else it does neither. With MTA-STS it has a policy that
 * names the host.
 */
enum DowngradeMode {
  OPPORTUNISTIC("opportunistic", TlsLevel.OPPORTUNISTIC, Reader.ANYBODY),
  ENCRYPTION_ONLY("`encryptionOnly`", TlsLevel.ENCRYPTION_ONLY, Reader.ANY_CERTIFICATE),
  CERTIFICATE_VALIDATION(
      "`certificateValidation`", TlsLevel.CERTIFICATE_VALIDATION, Reader.TRUSTED_CERTIFICATE),
  DOMAIN_VALIDATION("`domainValidation`", TlsLevel.DOMAIN_VALIDATION, Reader.NOBODY),
  REQUIRETLS("REQUIRETLS", TlsLevel.OPPORTUNISTIC, Reader.NOBODY) {
    @Override
    TlsRequirement requirement() {
      return super.requirement().toBuilder().setRequireTls(RequireTls.REQUIRE_TLS_YES).build();
    }

    @Override
    boolean signed() {
      return true; // else nothing proves the MX record, and the message waits
    }
  },
  DANE_OPPORTUNISTIC("DANE, `opportunistic`", TlsLevel.OPPORTUNISTIC, Reader.NOBODY) {
    @Override
    DaneMode dane() {
      return DaneMode.DANE_OPPORTUNISTIC;
    }
  },
  DANE_MANDATORY("DANE, `mandatory`", TlsLevel.OPPORTUNISTIC, Reader.NOBODY) {
    @Override
    DaneMode dane() {
      return DaneMode.DANE_MANDATORY;
    }
  },
  MTA_STS_ENFORCE("MTA-STS, `enforce`", TlsLevel.OPPORTUNISTIC, Reader.NOBODY) {
    @Override
    String policy() {
      return "enforce";
    }
  },
  MTA_STS_TESTING("MTA-STS, `testing`", TlsLevel.OPPORTUNISTIC, Reader.ANYBODY) {
    @Override
    String policy() {
      return "testing";
    }
  };

  private enum Reader {
    ANYBODY,
    ANY_CERTIFICATE,
    TRUSTED_CERTIFICATE,
    NOBODY
  }

  static final String SIGNED = "signed.example";
  static final String UNSIGNED = "plain.example";
  static final LabCa TRUSTED = LabCa.create("Trusted");
  static final Identity HOST =
      TRUSTED.issue(Issue.to("mx." + SIGNED, "mx." + UNSIGNED, SIGNED, UNSIGNED));

  private final String title;
  private final TlsLevel level;
  private final Reader reader;

  DowngradeMode(String title, TlsLevel level, Reader reader) {
    this.title = title;
    this.level = level;
    this.reader = reader;
  }

  String title() {
    return title;
  }

  DaneMode dane() {
    return DaneMode.DANE_NONE;
  }

  /** The mode of the domain's policy; empty: it has none. */
  String policy() {
    return "";
  }

  TlsRequirement requirement() {
    return TlsRequirement.newBuilder()
        .setLevel(level)
        .setDane(dane())
        .setMtaSts(policy().isEmpty() ? MtaStsMode.MTA_STS_NONE : MtaStsMode.MTA_STS_OPPORTUNISTIC)
        .build();
  }

  boolean signed() {
    return dane() != DaneMode.DANE_NONE;
  }

  String domain() {
    return signed() ? SIGNED : UNSIGNED;
  }

  String host() {
    return "mx." + domain();
  }

  NextHop hop() {
    return NextHop.newBuilder()
        .setProtocol(HopProtocol.SMTP)
        .setRoute("mx:" + domain())
        .setMxDomain(domain())
        .build();
  }

  /** The right records of the host and its domain, where there are some. */
  void publish(LabDns dns, int port) {
    if (dane() != DaneMode.DANE_NONE) {
      dns.tlsa(host(), port, 3, 1, 1, hash(HOST));
    }
    if (!policy().isEmpty()) {
      dns.txt(policyRecord(), "v=STSv1; id=1");
    }
  }

  /** The owner of the record that says that there is a policy. */
  String policyRecord() {
    return "_mta-sts." + domain();
  }

  /** The policy as it was fetched before. */
  StsPolicyState fetched() {
    return StsPolicyState.newBuilder()
        .setDomain(domain())
        .setId("1")
        .setMode(policy())
        .addMx(host())
        .setMaxAgeSeconds(86_400)
        .setFetchedMillis(System.currentTimeMillis())
        .build();
  }

  /** The owner of its TLSA records. */
  String records(int port) {
    return "_" + port + "._tcp." + host();
  }

  /** As a TLSA record 3 1 1 has it. */
  static byte[] hash(Identity identity) {
    return HexFormat.of().parseHex(Tlsa.of(3, 1, 1, identity.der().getFirst()).data());
  }

  boolean allowsPlaintext(DowngradeAttack attack) {
    return reader == Reader.ANYBODY || unknown(attack);
  }

  /** RFC 8461 §10.2: a policy that nobody could ever fetch protects nothing. */
  private boolean unknown(DowngradeAttack attack) {
    return !policy().isEmpty() && !attack.policyKnown();
  }

  /** Whether the attacker may read what goes over the TLS that it ends with its certificate. */
  boolean allows(DowngradeAttack attack) {
    return switch (reader) {
      case ANYBODY, ANY_CERTIFICATE -> true;
      case TRUSTED_CERTIFICATE -> attack.trusted();
      case NOBODY -> false;
    };
  }
}
