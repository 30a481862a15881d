package io.postern.certificate.log;

/** The log's topics are there and as declared: fired once, for their readers. */
public record TopicsReady() {}
