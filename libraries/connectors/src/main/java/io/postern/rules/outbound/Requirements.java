package io.postern.rules.outbound;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.fields.TlsDemand;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.RevocationModes;
import org.jspecify.annotations.Nullable;

/**
 * The whole TLS requirement of a delivery, built in steps: a later step may raise the requirement,
 * none lowers it (G3). A value that this version does not know makes it undecidable, which is null
 * here: it is never read as OPPORTUNISTIC.
 *
 * <p>Revocation belongs to the levels that validate a chain: there it is the connector's, REQUIRED
 * if it names none; below it is OFF, so that equal demands share connections.
 *
 * <p>{@code TLS-Required: no} (RFC 8689 §3, §4.2.2) asks to set aside the policies of the
 * recipient's domain (DANE, MTA-STS). It is carried along and lowers nothing that an administrator
 * wrote.
 */
final class Requirements {
  private Requirements() {}

  /** Without a connector, by MX. */
  static @Nullable TlsRequirement opportunistic(RequireTls requireTls) {
    return finished(
        TlsRequirement.newBuilder()
            .setLevel(TlsLevel.OPPORTUNISTIC)
            .setDane(DaneMode.DANE_OPPORTUNISTIC)
            .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC),
        RevocationMode.REVOCATION_MODE_UNSPECIFIED,
        requireTls);
  }

  /**
   * @param betweenAcceptedDomains the recipient's domain is served here (S4)
   */
  static @Nullable TlsRequirement of(
      Directory directory,
      OutboundConnector connector,
      NextHop nextHop,
      RequireTls requireTls,
      boolean betweenAcceptedDomains) {
    TlsLevel level = level(connector.getTlsSettings());
    DaneMode dane = connector.getSmtpDaneMode();
    MtaStsMode mtaSts = connector.getMtaStsMode();
    TlsVersion minimum = connector.getMinimumTlsVersion();
    if (level == null
        || dane == DaneMode.UNRECOGNIZED
        || mtaSts == MtaStsMode.UNRECOGNIZED
        || minimum == TlsVersion.UNRECOGNIZED) {
      return null;
    }
    TlsRequirement.Builder requirement =
        TlsRequirement.newBuilder()
            .setLevel(level)
            .setAnchors(directory.anchors(connector.getOrganization(), connector.getAnchors()))
            .setClientCertificate(clientCertificate(connector))
            .setMinimumVersion(minimum)
            // Exchange's default at every connector: what the next hop's domain publishes counts.
            .setDane(dane == DaneMode.DANE_MODE_UNSPECIFIED ? DaneMode.DANE_OPPORTUNISTIC : dane)
            .setMtaSts(
                mtaSts == MtaStsMode.MTA_STS_MODE_UNSPECIFIED
                    ? MtaStsMode.MTA_STS_OPPORTUNISTIC
                    : mtaSts);
    TlsDemand.setFlags(requirement, connector);
    if (level == TlsLevel.DOMAIN_VALIDATION) {
      // Without TlsDomain and with MX routing, the recipient domain (Set-SendConnector).
      String name =
          connector.getTlsDomain().isEmpty() ? nextHop.getMxDomain() : connector.getTlsDomain();
      if (name.isEmpty()) {
        return null;
      }
      requirement.setTlsDomain(DomainNames.normal(name));
    }
    if (!connector.getCredentials().isEmpty() && level == TlsLevel.OPPORTUNISTIC) {
      requirement.setLevel(TlsLevel.ENCRYPTION_ONLY); // RFC 4954 §4: no credentials in plaintext
    }
    if (betweenAcceptedDomains) {
      raiseToEncryption(requirement);
    }
    return finished(requirement, connector.getRevocation(), requireTls);
  }

  /** Of a mailbox route of one of the organization's accepted domains. */
  static @Nullable TlsRequirement of(
      Directory directory, String organization, MailboxRoute route, RequireTls requireTls) {
    TlsLevel level = level(route.getTls());
    if (level == null) {
      return null;
    }
    TlsRequirement.Builder requirement =
        TlsRequirement.newBuilder()
            .setLevel(level)
            .setAnchors(directory.anchors(organization, route.getAnchors()));
    if (level == TlsLevel.DOMAIN_VALIDATION) {
      if (route.getTlsDomain().isEmpty()) {
        return null;
      }
      requirement.setTlsDomain(DomainNames.normal(route.getTlsDomain()));
    }
    raiseToEncryption(requirement);
    return finished(requirement, route.getRevocation(), requireTls);
  }

  /** Always the connector's own organization's, whatever the name may be. */
  private static String clientCertificate(OutboundConnector connector) {
    String name = connector.getClientCertificate();
    return name.isEmpty() ? "" : DirectoryKeys.clientCertificate(connector.getOrganization(), name);
  }

  /** S4: between accepted domains never below TLS with forward secrecy. */
  private static void raiseToEncryption(TlsRequirement.Builder requirement) {
    if (requirement.getLevel() == TlsLevel.OPPORTUNISTIC) {
      requirement.setLevel(TlsLevel.ENCRYPTION_ONLY);
    }
    requirement.setForwardSecrecy(true);
  }

  private static @Nullable TlsRequirement finished(
      TlsRequirement.Builder requirement, RevocationMode revocation, RequireTls requireTls) {
    if (requireTls == RequireTls.UNRECOGNIZED) {
      return null;
    }
    if (requireTls == RequireTls.REQUIRE_TLS_YES
        && requirement.getLevel() != TlsLevel.DOMAIN_VALIDATION) {
      // RFC 8689 §4.2.1: a valid certificate. That it carries the name of the host that was looked
      // up, and that the host offers REQUIRETLS, follows from require_tls at the gate.
      requirement.setLevel(TlsLevel.CERTIFICATE_VALIDATION);
    }
    if (requirement.getMinimumVersion() == TlsVersion.TLS_VERSION_UNSPECIFIED) {
      requirement.setMinimumVersion(TlsVersion.TLS_1_2); // S3
    }
    if (requirement.getDane() == DaneMode.DANE_MODE_UNSPECIFIED) {
      requirement.setDane(DaneMode.DANE_NONE);
    }
    if (requirement.getMtaSts() == MtaStsMode.MTA_STS_MODE_UNSPECIFIED) {
      requirement.setMtaSts(MtaStsMode.MTA_STS_NONE);
    }
    return requirement
        .setRevocation(revocation(requirement.getLevel(), revocation))
        .setRequireTls(requireTls)
        .build();
  }

  private static RevocationMode revocation(TlsLevel level, RevocationMode asked) {
    if (level != TlsLevel.CERTIFICATE_VALIDATION && level != TlsLevel.DOMAIN_VALIDATION) {
      return RevocationMode.REVOCATION_OFF;
    }
    return RevocationModes.inForce(asked);
  }

  /** Absent means opportunistic (Exchange's TlsSettings); an unknown number means nothing. */
  private static @Nullable TlsLevel level(TlsLevel asked) {
    return switch (asked) {
      case UNRECOGNIZED -> null;
      case TLS_LEVEL_UNSPECIFIED -> TlsLevel.OPPORTUNISTIC;
      case OPPORTUNISTIC, ENCRYPTION_ONLY, CERTIFICATE_VALIDATION, DOMAIN_VALIDATION -> asked;
    };
  }
}
