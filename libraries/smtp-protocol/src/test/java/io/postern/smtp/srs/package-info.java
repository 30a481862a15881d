/** Tests of sender rewriting. */
@org.jspecify.annotations.NullMarked
package io.postern.smtp.srs;
