/**
 * The check of one certificate against connectors that exist or are about to be made, by the code
 * that decides for mail: libraries/connectors and libraries/certificates.
 */
@org.jspecify.annotations.NullMarked
package io.postern.operator.connectors;
