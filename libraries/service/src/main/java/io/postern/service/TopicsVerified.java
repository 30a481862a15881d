package io.postern.service;

/**
 * The log's topics are there and as declared: fired once, on a thread of the start. Observers begin
 * to read and write, and return soon.
 */
public record TopicsVerified() {}
