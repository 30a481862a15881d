package io.postern.policy.partner;

import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The connectors that were made to force TLS with a partner, as they are now.
 *
 * @param connectors in the spelling of the directory file
 * @param seen version of the directory: send it as If-Match to take away these connectors, or none
 */
@Schema(name = "SecuredPartner")
public record SecuredView(
    String organization, String domain, Map<String, Object> connectors, long seen) {}
