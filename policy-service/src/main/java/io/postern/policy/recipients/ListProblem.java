package io.postern.policy.recipients;

/**
 * A problem of a list.
 *
 * @param line from 1; 0: of the list as a whole
 */
public record ListProblem(int line, String problem, String cure) {}
