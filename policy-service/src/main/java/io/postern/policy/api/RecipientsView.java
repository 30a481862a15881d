package io.postern.policy.api;

import java.util.Map;

/**
 * A domain's list of recipients, without its addresses, which nobody can read back from here.
 *
 * @param complete false: the last change ended half-way; apply the list again
 * @param changedAt UTC; none without a list
 * @param routes addresses by the route that they name; "": none
 */
public record RecipientsView(
    String domain,
    boolean listed,
    boolean complete,
    int addresses,
    String changedAt,
    String changedBy,
    Map<String, Integer> routes) {}
