/** Records that replicas publish about the certificates that they present or meet. */
@org.jspecify.annotations.NullMarked
package io.postern.log.certificates;
