using System.Globalization;
using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;
using PatchTools.Files;

namespace PatchTools.Families.Shared;

/// <summary>How far the bytes of a list can be believed.</summary>
internal enum ListVerdict
{
    /// <summary>They have the checksum that the repository's table of contents promises.</summary>
    Verified,

    /// <summary>The table of contents names no checksum for the form that lies there.</summary>
    NotVerified,

    /// <summary>They are not what the table of contents promises.</summary>
    Damaged,
}

/// <summary>A list of a repository: opened once, so that what is hashed is what is read.</summary>
internal sealed class OpenList(string path, FileStream file) : IDisposable
{
    public string Path => path;

    public long Length { get; } = file.Length;

    /// <summary>
    /// Of the bytes as they lie there, computed by PatchTools, now or when the same unchanged file of this host was
    /// last hashed.
    /// </summary>
    public ListChecksum Checksum { get; set; }

    public ListVerdict Verdict { get; set; }

    /// <summary>What is wrong with the bytes, for people, without a full stop; null when nothing is.</summary>
    public string? Fault { get; set; }

    /// <summary>
    /// The file from its beginning, each time with a position of its own. Closing it does not close the list.
    /// </summary>
    public FileStream Content()
    {
#pragma warning disable CA2000 // The handle owns nothing, and the stream is the caller's.
        var handle = new SafeFileHandle(file.SafeFileHandle.DangerousGetHandle(), ownsHandle: false);
        return new FileStream(handle, FileAccess.Read, bufferSize: 1);
#pragma warning restore CA2000
    }

    /// <summary>When the file last changed, what is behind it; null where the file system does not say.</summary>
    public FileStamp? Stamp() => FileStamp.Of(file.SafeFileHandle);

    public void Dispose() => file.Dispose();
}

/// <summary>Opens lists and compares them with what the repository's table of contents promises.</summary>
/// <param name="known">What was hashed before.</param>
internal sealed class ListVerification(KnownChecksums known)
{
    /// <summary>Opens a list and judges its bytes; those of a damaged one are for nobody to read.</summary>
    /// <param name="path">The list.</param>
    /// <param name="promise">What is promised of it.</param>
    /// <param name="open">A stream of the uncompressed text of the list.</param>
    /// <exception cref="IOException">It cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public OpenList Open(string path, ListPromise promise, Func<OpenList, Stream> open)
    {
#pragma warning disable CA2000 // The list owns the file.
        var file = HostFiles.OpenRead(path, FileOptions.SequentialScan, bufferSize: 1);
#pragma warning restore CA2000
        var list = new OpenList(path, file);
        try
        {
            Judge(list, promise, open);
            return list;
        }
        catch
        {
            list.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Bytes of a list as it lies there, and of its text: the longest of any distribution has a tenth.
    /// </summary>
    public const long MaxBytes = 4L << 30;

    /// <summary>Kind of the checksum to compute: what is promised can be compared with it.</summary>
    private static string KindOf(ListPromise promise)
    {
        if (!promise.Stored.IsNone)
            return promise.Stored.Kind;
        return !promise.Plain.IsNone ? promise.Plain.Kind : ListChecksum.UsualKind;
    }

    private void Judge(OpenList list, ListPromise promise, Func<OpenList, Stream> open)
    {
        if (list.Length > MaxBytes)
        {
            list.Verdict = ListVerdict.Damaged;
            list.Fault = string.Create(
                CultureInfo.InvariantCulture,
                $"{list.Path} holds {list.Length} bytes, more than any list of packages has"
            );
            return;
        }

        if (promise.StoredSize is { } size && size != list.Length && promise.Plain.IsNone)
        {
            list.Verdict = ListVerdict.Damaged;
            list.Fault = string.Create(
                CultureInfo.InvariantCulture,
                $"{list.Path} holds {list.Length} bytes where {promise.Source} says {size}"
            );
            return;
        }

        var kind = KindOf(promise);
        var stamp = list.Stamp();
        list.Checksum = known.OfFile(list.Path, stamp, kind);
        if (list.Checksum.IsNone || !IsPromised(list, promise, open))
        {
            // What was remembered accuses nobody: the bytes themselves do.
            using var content = list.Content();
            list.Checksum = ListChecksum.Compute(content, kind);
            known.Remember(list.Path, stamp, list.Checksum);
        }

        if (promise.Stored.IsNone && promise.Plain.IsNone)
        {
            list.Verdict = ListVerdict.NotVerified;
            return;
        }

        if (IsPromised(list, promise, open))
        {
            list.Verdict = ListVerdict.Verified;
            return;
        }

        list.Verdict = ListVerdict.Damaged;
        list.Fault ??= $"{list.Path} does not have the checksum that {promise.Source} promises";
    }

    /// <summary>
    /// Whether the bytes, or the text in them, have the checksum that is promised; true where none is.
    /// </summary>
    private bool IsPromised(OpenList list, ListPromise promise, Func<OpenList, Stream> open)
    {
        if (promise.Stored.IsNone && promise.Plain.IsNone || list.Checksum == promise.Stored)
            return true;
        return !promise.Plain.IsNone && PlainChecksum(list, promise, open) == promise.Plain;
    }

    /// <summary>
    /// apt keeps lists in a compression of its own choice, which no Release file knows: there only the text can be
    /// compared.
    /// </summary>
    private ListChecksum PlainChecksum(OpenList list, ListPromise promise, Func<OpenList, Stream> open)
    {
        var kind = promise.Plain.Kind;
        if (known.PlainOf(list.Checksum, kind) is { IsNone: false } remembered)
            return remembered;
        try
        {
            using var text = open(list);
            var plain = ListChecksum.Compute(text, kind);
            known.RememberPlain(list.Checksum, plain);
            return plain;
        }
        catch (Exception e)
            when (e is IOException or InvalidDataException
                || e is PatchToolsException { Error: var error }
                    && (
                        error == PatchErrors.PackageDatabaseUnreadable
                        || error == PatchErrors.RepositoryMetadataMalformed
                    )
            )
        {
            list.Fault =
                $"{list.Path} cannot be unpacked ({e.Message.TrimEnd('.')}) and is not what {promise.Source} promises";
            return ListChecksum.None;
        }
    }
}
