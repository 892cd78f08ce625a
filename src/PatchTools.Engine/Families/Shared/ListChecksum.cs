using System.Security.Cryptography;
using PatchTools.Checksums;
using PatchTools.Errors;

namespace PatchTools.Families.Shared;

/// <summary>A checksum of a list, as Release files and repomd.xml write it.</summary>
/// <param name="Kind">
/// <c>sha256</c>, <c>sha512</c>, <c>sha384</c>, <c>sha1</c> or <c>md5</c>; empty where none is named that PatchTools
/// can compute.
/// </param>
/// <param name="Hex">Lower case; empty where none is named.</param>
internal readonly record struct ListChecksum(string Kind, string Hex)
{
    /// <summary>What lists are hashed with where nobody asks for another kind.</summary>
    public const string UsualKind = "sha256";

    private const int BufferBytes = 1 << 18;

    public static readonly ListChecksum None = new("", "");

    public bool IsNone => string.IsNullOrEmpty(Kind);

    /// <summary>
    /// Takes a checksum as written; <see cref="None"/> where it is of a kind that is not known, or no hexadecimal
    /// number of its length.
    /// </summary>
    /// <param name="kind">
    /// Spelled in any way that repositories do: <c>SHA256</c>, <c>sha</c> (of old createrepo: sha1), <c>MD5Sum</c>.
    /// </param>
    /// <param name="hex">In either case.</param>
    public static ListChecksum Parse(string kind, string hex)
    {
        var (name, length) = kind.ToLowerInvariant() switch
        {
            "sha256" => ("sha256", 64),
            "sha512" => ("sha512", 128),
            "sha384" => ("sha384", 96),
            "sha1" or "sha" => ("sha1", 40),
            "md5" or "md5sum" => ("md5", 32),
            _ => ("", 0),
        };
        return length > 0 && hex.Length == length && hex.All(char.IsAsciiHexDigit)
            ? new ListChecksum(name, hex.ToLowerInvariant())
            : None;
    }

    /// <summary>
    /// Computes the checksum of everything that is left of a stream. The one place where lists are hashed.
    /// </summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.TlsLibraryMissing"/>: without OpenSSL there is only SHA-256.
    /// </exception>
    public static ListChecksum Compute(Stream stream, string kind)
    {
        if (!OpenSslLibrary.IsPresent && kind == UsualKind)
            return new ListChecksum(kind, Convert.ToHexString(Sha256.Managed(stream)).ToLowerInvariant());
        OpenSslLibrary.Demand($"The checksum {kind} of a package list");
        using var hash = IncrementalHash.CreateHash(AlgorithmOf(kind));
        var buffer = new byte[BufferBytes];
        for (int read; (read = stream.Read(buffer)) > 0; )
            hash.AppendData(buffer, 0, read);
        return new ListChecksum(kind, Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant());
    }

    public override string ToString() => IsNone ? "" : $"{Kind}:{Hex}";

    private static HashAlgorithmName AlgorithmOf(string kind) =>
        kind switch
        {
            "sha256" => HashAlgorithmName.SHA256,
            "sha512" => HashAlgorithmName.SHA512,
            "sha384" => HashAlgorithmName.SHA384,
            "sha1" => HashAlgorithmName.SHA1,
            "md5" => HashAlgorithmName.MD5,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No checksum of this kind is known."),
        };
}

/// <summary>What a repository's table of contents promises of one list.</summary>
internal sealed record ListPromise
{
    public static readonly ListPromise Nothing = new();

    /// <summary>Of the bytes as they lie there.</summary>
    public ListChecksum Stored { get; init; } = ListChecksum.None;

    /// <summary>Of the uncompressed text.</summary>
    public ListChecksum Plain { get; init; } = ListChecksum.None;

    /// <summary>Bytes as the list lies there; null when nobody says.</summary>
    public long? StoredSize { get; init; }

    /// <summary>The table of contents, for people: its path.</summary>
    public string Source { get; init; } = "";
}
