package io.postern.api;

/**
 * Why a call could not be answered.
 *
 * @param error a sentence for the administrator
 */
public record ApiError(String error) {}
