package io.postern.policy.api;

import java.util.List;

/**
 * One address and its domain's list.
 *
 * @param accepted ingress takes it as a recipient that exists
 * @param listed the list has it, or the address before a "+"
 * @param why the steps that decide, as in a trace
 * @param next where its mail goes now, as in a trace
 */
public record RecipientView(
    String address, boolean accepted, boolean listed, List<String> why, String next) {}
