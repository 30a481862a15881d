package io.postern.policy.partner;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How a partner proves itself and where its mail goes.
 *
 * @param domains of the partner, such as fabrikam.example and *.fabrikam.example; null: the one of
 *     the path
 * @param certificateName in the certificate that its servers show; null: it proves itself by
 *     addresses
 * @param addresses of its servers; null: it proves itself by certificate. With both either suffices
 * @param smartHosts that take its mail; null: its MX
 * @param tlsSettings of mail to it: encryptionOnly, certificateValidation, domainValidation
 *     (default)
 * @param tlsDomain a name in its mail hosts' certificates; null: the partner's domain, by MX
 * @param trustAnchors a set of the organization; null: the installation's
 * @param revocation required (default), bestEffort, off
 * @param mode enforce (default), or reportOnly where this version knows it
 * @param recipients of a test message; null: none is sent
 * @param validate false: the plan alone comes at once, and nothing is dialled; null: it is
 *     validated. With consent it always is
 * @param consent the pair is put in force, if its validation was met
 * @param evenIfUnmet with consent: also if it was not
 */
@Schema(name = "SecurePartnerRequest")
public record SecureRequest(
    @Nullable List<String> domains,
    @Nullable String certificateName,
    @Nullable List<String> addresses,
    @Nullable List<String> smartHosts,
    @Nullable String tlsSettings,
    @Nullable String tlsDomain,
    @Nullable String trustAnchors,
    @Nullable String revocation,
    @Nullable String mode,
    @Nullable List<String> recipients,
    @Nullable Boolean validate,
    @Nullable Boolean consent,
    @Nullable Boolean evenIfUnmet) {
  boolean consented() {
    return Boolean.TRUE.equals(consent);
  }

  boolean planOnly() {
    return Boolean.FALSE.equals(validate) && !consented();
  }

  boolean despite() {
    return Boolean.TRUE.equals(evenIfUnmet);
  }

  List<String> addressList() {
    return addresses == null ? List.of() : addresses;
  }

  String certificate() {
    return certificateName == null ? "" : certificateName.strip();
  }
}
