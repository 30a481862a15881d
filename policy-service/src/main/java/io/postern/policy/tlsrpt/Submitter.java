package io.postern.policy.tlsrpt;

import java.util.Optional;

/**
 * The reporting side, as reports name it.
 *
 * @param contactInfo an address or a page
 * @param from the address that reports are sent from
 * @param domain of that address; A-labels, lower case
 * @param signature empty: no report is mailed
 */
record Submitter(
    String organizationName,
    String contactInfo,
    String from,
    String domain,
    Optional<DkimSignature> signature) {}
