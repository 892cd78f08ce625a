using System.Runtime.InteropServices;
using PatchTools.Errors;

namespace PatchTools.Checksums;

/// <summary>
/// The one native library that .NET does not bring along. Without it the first checksum or TLS connection ends the
/// process at once (abort, 134), so it is looked for before anything needs it.
/// </summary>
public static class OpenSslLibrary
{
    /// <summary>
    /// The names that .NET tries, newest first. A distribution that wants another one names it in
    /// <c>CLR_OPENSSL_VERSION_OVERRIDE</c>.
    /// </summary>
    private static readonly string[] Versions = ["3", "1.1", "1.0.2", "1.0.0", "10"];

    private static readonly Lazy<bool> Present = new(() =>
        Names(Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE"))
            .Any(name => NativeLibrary.TryLoad(name, out _))
    );

    public static bool IsPresent => Present.Value;

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.TlsLibraryMissing"/>.</exception>
    /// <param name="purpose">What needs it, as the beginning of a sentence.</param>
    public static void Demand(string purpose)
    {
        if (!IsPresent)
            throw new PatchToolsException(
                PatchErrors.TlsLibraryMissing,
                $"{purpose} needs OpenSSL, and .NET finds none on this host (libssl.so.3 or libssl.so.1.1). "
                    + $"Nothing was changed."
            );
    }

    internal static IEnumerable<string> Names(string? preferred) =>
        Versions.Prepend(preferred).Where(version => !string.IsNullOrEmpty(version)).Select(v => $"libssl.so.{v}");
}
