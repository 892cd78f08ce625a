using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Ports;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Payloads;

/// <summary>
/// A bundle of the module: a tar archive, gzip-compressed, with one folder <c>PatchTools</c> of plain files. Whatever a
/// module has no need of is refused before anything of it is written: absolute names, <c>..</c>, links of either kind,
/// devices, sparse files, set-uid bits, a name twice, and more bytes or entries than any module has. What is written is
/// the writer's own, 0644 or 0755, whatever owner and mode the archive names.
/// </summary>
/// <remarks>
/// A checksum says who made the archive; it does not say that he meant well, or was not himself deceived.
/// </remarks>
internal static partial class BundleArchive
{
    /// <summary>The one folder at the top.</summary>
    public const string Folder = "PatchTools";

    private const string Manifest = "PatchTools.psd1";

    private const UnixFileMode Runs = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode Special = UnixFileMode.SetUser | UnixFileMode.SetGroup | UnixFileMode.StickyBit;

    /// <summary>Unpacks into an empty directory that exists.</summary>
    /// <param name="content">The archive.</param>
    /// <param name="directory">What was in <c>PatchTools/</c> comes right under it.</param>
    /// <param name="limits">When to stop.</param>
    /// <param name="cancellationToken">Ends it between two entries.</param>
    /// <returns>The version that the manifest in it names.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PayloadUnsafe"/>,
    /// <see cref="PatchErrors.PayloadDamaged"/>, <see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static string Unpack(
        byte[] content,
        string directory,
        BundleLimits limits,
        CancellationToken cancellationToken
    )
    {
        try
        {
            CheckHeaders(content, limits);
            using var packed = new MemoryStream(content, writable: false);
            using var gzip = new GZipStream(packed, CompressionMode.Decompress);
            using var plain = new BoundedStream(gzip, limits.UnpackedBytes);
            Unpack(plain, directory, limits, cancellationToken);

            // To the end of the compressed data, where its own checksum is.
            plain.CopyTo(Stream.Null);
            CheckEnd(content, plain);
            NativeFile.FlushFileSystem(directory);
        }
        catch (Exception e)
            when (e
                    is InvalidDataException
                        or EndOfStreamException
                        or FormatException
                        or ArgumentException
                        or NotSupportedException
            )
        {
            throw new PatchToolsException(
                PatchErrors.PayloadDamaged,
                $"The bundle is not an archive that can be read: {e.Message}",
                null,
                e
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.StateUnwritable,
                $"The bundle could not be unpacked into {directory}: {e.Message}",
                directory,
                e
            );
        }

        return VersionOf(directory);
    }

    private static void CheckHeaders(byte[] content, BundleLimits limits)
    {
        using var packed = new MemoryStream(content, writable: false);
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new BoundedStream(gzip, limits.UnpackedBytes);
        BundleHeaders.Check(plain);
    }

    /// <summary>
    /// A tar archive ends with two empty blocks, a gzip stream with the length of what it held: without either,
    /// something was cut off.
    /// </summary>
    private static void CheckEnd(byte[] content, BoundedStream plain)
    {
        var announced = BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(content.Length - 4));
        if (plain.Total < 1024 || plain.TrailingZeros < 1024 || plain.Total % 512 != 0)
            throw new InvalidDataException("the end of the tar archive is missing.");
        if (announced != (uint)plain.Total)
            throw new InvalidDataException("the end of the compressed data is missing or damaged.");
    }

    private static void Unpack(Stream plain, string directory, BundleLimits limits, CancellationToken cancellationToken)
    {
        using var tar = new TarReader(plain, leaveOpen: true);
        HashSet<string> seen = new(StringComparer.Ordinal);
        var entries = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (++entries > limits.Entries)
                throw Unsafe(entry, $"it is entry {entries}, and no module has more than {limits.Entries}");
            if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
                continue;
            if (
                entry.EntryType
                is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.Directory)
            )
                throw Unsafe(entry, $"it is a {Kind(entry.EntryType)}, and a bundle has files and directories only");
            if (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(IsSparse))
                throw Unsafe(entry, "it is a sparse file, and a bundle has plain files only");
            if ((entry.Mode & Special) != 0)
                throw Unsafe(entry, "it has a set-uid, set-gid or sticky bit");
            var parts = Parts(entry, limits);
            if (parts.Length == 0 && entry.EntryType != TarEntryType.Directory)
                throw Unsafe(entry, "it is a file where the folder should be");
            if (
                HasFileAbove(directory, parts)
                || (entry.EntryType != TarEntryType.Directory && Directory.Exists(Path.Combine([directory, .. parts])))
                || (entry.EntryType == TarEntryType.Directory && File.Exists(Path.Combine([directory, .. parts])))
            )
                throw Unsafe(entry, "another entry makes a file of what is a directory here");
            if (entry.EntryType == TarEntryType.Directory)
            {
                Directory.CreateDirectory(Path.Combine([directory, .. parts]), AtomicFile.PublicDirectory);
                continue;
            }

            if (!seen.Add(string.Join('/', parts)))
                throw Unsafe(entry, "it comes twice");
            Write(entry, Path.Combine([directory, .. parts]));
        }
    }

    private static bool IsSparse(string attribute) => attribute.StartsWith("GNU.sparse.", StringComparison.Ordinal);

    private static bool HasFileAbove(string directory, string[] parts) =>
        Enumerable
            .Range(1, parts.Length)
            .Any(length => File.Exists(Path.Combine([directory, .. parts[..length]])) && length < parts.Length);

    private static void Write(TarEntry entry, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, AtomicFile.PublicDirectory);
        var mode = (entry.Mode & Runs) == 0 ? AtomicFile.PublicFile : AtomicFile.PublicDirectory;
        using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = AtomicFile.PrivateFile,
            }
        );
        entry.DataStream?.CopyTo(file);
        File.SetUnixFileMode(file.SafeFileHandle, mode);
    }

    /// <summary>The path below the one folder, judged part by part.</summary>
    private static string[] Parts(TarEntry entry, BundleLimits limits)
    {
        var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        if (entry.EntryType == TarEntryType.Directory)
            name = name.TrimEnd('/');
        if (name.Length == 0 && entry.EntryType == TarEntryType.Directory)
            return [];
        if (name.StartsWith('/'))
            throw Unsafe(entry, "its name is absolute");
        if (name.Any(c => char.IsControl(c) || c == '\\'))
            throw Unsafe(entry, "its name has a backslash or a control character");
        var parts = name.Split('/');
        if (parts.Any(part => part is "" or "." or ".."))
            throw Unsafe(entry, "its name leads elsewhere");
        if (parts.Length > limits.Depth || parts.Any(part => part.Length > 200))
            throw Unsafe(entry, "its name is too long or too deep");
        return parts[0] == Folder ? parts[1..] : throw Unsafe(entry, $"it lies outside of the folder {Folder}");
    }

    private static string VersionOf(string directory)
    {
        var path = Path.Combine(directory, Manifest);
        if (!File.Exists(path) || !File.Exists(Path.Combine(directory, "bin", "PatchTools.dll")))
            throw new PatchToolsException(
                PatchErrors.PayloadDamaged,
                $"The bundle is not PatchTools: it lacks {Folder}/{Manifest} or {Folder}/bin/PatchTools.dll."
            );
        var version = ManifestVersion.Of(File.ReadAllText(path));
        return version is not null && VersionForm().IsMatch(version)
            ? version
            : throw new PatchToolsException(PatchErrors.PayloadDamaged, $"The bundle's {Manifest} names no version.");
    }

    private static string Kind(TarEntryType type) =>
        type switch
        {
            TarEntryType.SymbolicLink => "symbolic link",
            TarEntryType.HardLink => "hard link",
            TarEntryType.BlockDevice or TarEntryType.CharacterDevice => "device",
            TarEntryType.Fifo => "pipe",
            _ => $"entry of type {type}",
        };

    private static PatchToolsException Unsafe(TarEntry entry, string why)
    {
        var name = new string([.. entry.Name.Take(120).Select(c => char.IsControl(c) ? '?' : c)]);
        return new(
            PatchErrors.PayloadUnsafe,
            $"The bundle was refused because of its entry \"{name}\": {why}. Nothing of it was installed.",
            name
        );
    }

    [GeneratedRegex(@"^[0-9]+(?:\.[0-9]+){1,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionForm();

    /// <summary>Gives no more than so many bytes, and knows how it ended.</summary>
    private sealed class BoundedStream(Stream inner, long limit) : ReadOnlyStream
    {
        private long _read;

        public long Total => _read;

        /// <summary>Zero bytes at the end of what was read so far.</summary>
        public long TrailingZeros { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _read += read;
            var zeros = read - 1 - buffer[..read].LastIndexOfAnyExcept((byte)0);
            TrailingZeros = zeros == read ? TrailingZeros + read : zeros;
            return _read <= limit
                ? read
                : throw new PatchToolsException(
                    PatchErrors.PayloadUnsafe,
                    $"The bundle was refused: unpacked it has more than {limit} bytes. Nothing of it was installed."
                );
        }
    }
}
