package io.postern.api;

/**
 * Error of an API call.
 *
 * @param error a sentence for the administrator
 */
public record ApiError(String error) {}
