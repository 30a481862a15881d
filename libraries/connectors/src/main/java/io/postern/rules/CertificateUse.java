package io.postern.rules;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.RevocationMode;

/**
 * A place in the directory that depends on the certificate of a server outside. Immutable.
 *
 * @param object key of the connector or accepted domain
 * @param role of that server: ROLE_CLIENT sends to us, ROLE_SERVER receives from us
 * @param field that asks for the name, as an administrator writes it
 * @param name that the certificate must carry; "": any
 */
public record CertificateUse(
    String organization,
    String object,
    CertificateRole role,
    String field,
    String name,
    AnchorSetReference anchors,
    RevocationMode revocation) {}
