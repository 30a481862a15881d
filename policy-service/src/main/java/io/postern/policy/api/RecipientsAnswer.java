package io.postern.policy.api;

/**
 * The answer to a list of recipients.
 *
 * @param applied false for a dry run, and where nothing was to change
 * @param addresses in the list given
 * @param others lines with an address of another domain or kind, which were left out
 * @param rerouted addresses of both lists whose route changes
 * @param unrouted addresses that named a route, and name none or are gone
 */
public record RecipientsAnswer(
    String domain,
    boolean dryRun,
    boolean applied,
    int addresses,
    int others,
    int added,
    int removed,
    int rerouted,
    int unrouted) {}
