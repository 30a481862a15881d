/** The public facts about our own TLS (S8, S11): certificates with their dates, suites, groups. */
@NullMarked
package io.postern.certificate.published;

import org.jspecify.annotations.NullMarked;
