/**
 * Sender rewriting: the Sender Rewriting Scheme (SRS), which no RFC describes
 * (docs/decisions/0050).
 */
@org.jspecify.annotations.NullMarked
package io.postern.smtp.srs;
