using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;

namespace PatchTools.Files;

/// <summary>
/// Writes a file that somebody named, as a shell's redirection would: through links, into a FIFO, a terminal or an open
/// descriptor. A file is replaced in one step and keeps its owner and mode; a new one has what the umask leaves.
/// </summary>
internal static partial class NamedFile
{
    private const int MaxLinks = 40;
    private const int NewFileMode = 0x1B6; // 0666
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a FIFO may be without a reader.</summary>
    private static readonly TimeSpan s_readerWait = TimeSpan.FromMinutes(1);

    /// <summary>Writes the whole content, or leaves a file as it was.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="content">All of it.</param>
    /// <param name="cancellationToken">Ends the waiting for the reader of a FIFO.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            var target = TargetOf(path);
            if (OwnDescriptor().Match(target) is { Success: true } own)
            {
                WriteAll(int.Parse(own.Groups[1].ValueSpan, CultureInfo.InvariantCulture), content, cancellationToken);
                return;
            }

            var status = FileStatus.OfTarget(target);
            if (status is { Kind: not FileKind.Regular } special)
                WriteInto(target, special.Kind, content, cancellationToken);
            else
                Replace(target, status, content, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Unwritable(path, e);
        }
    }

    /// <summary>
    /// Where the links of the last component lead. In a directory of everybody's nobody else's link is followed, as the
    /// kernel itself refuses to (<c>fs.protected_symlinks</c>).
    /// </summary>
    private static string TargetOf(string path)
    {
        var current = path;
        for (var links = 0; !OwnDescriptor().IsMatch(current) && !AnyDescriptor().IsMatch(current); links++)
        {
            if (FileStatus.Of(current) is not { Kind: FileKind.Link } link)
                return current;
            var folder = Path.GetDirectoryName(current) ?? "/";
            var self = FileStatus.OfTarget("/proc/self")?.Owner;
            if (
                FileStatus.OfTarget(folder) is { IsSticky: true, OthersMayWrite: true } around
                && link.Owner != self
                && link.Owner != around.Owner
            )
                throw new UnauthorizedAccessException(
                    $"{current} is a link of user {link.Owner} in a directory that everybody can write, and "
                        + $"is not followed"
                );
            if (links == MaxLinks || new FileInfo(current).LinkTarget is not { } target)
                throw new IOException($"{current} is a link that leads nowhere");
            current = Path.Combine(folder, target);
        }

        return current;
    }

    private static void Replace(
        string target,
        FileStatus? before,
        ReadOnlySpan<byte> content,
        CancellationToken cancellationToken
    )
    {
        var folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        using var directory = FileCalls.Open(null, folder, FileCalls.ReadOnly | FileCalls.Directory, 0, folder);
        Sweep(directory, folder);
        var temporary = AtomicFile.TemporaryName();
        using var file = TryCreate(directory, temporary, target, before);
        var isKept = file is not null && TryFinish(directory, file, temporary, target, before, content);
        if (!isKept)
            WriteInto(target, FileKind.Regular, content, cancellationToken);
    }

    /// <summary>Null: the file may be written, its directory may not.</summary>
    private static SafeFileHandle? TryCreate(
        SafeFileHandle directory,
        string temporary,
        string target,
        FileStatus? before
    )
    {
        try
        {
            return FileCalls.Open(
                directory,
                temporary,
                FileCalls.WriteOnly | FileCalls.Create | FileCalls.Exclusive | FileCalls.NoFollow,
                before is null ? NewFileMode : (int)AtomicFile.PrivateFile,
                target
            );
        }
        catch (UnauthorizedAccessException) when (before is not null)
        {
            return null;
        }
    }

    /// <summary>False: the new file cannot have the owner of the old one.</summary>
    private static bool TryFinish(
        SafeFileHandle directory,
        SafeFileHandle file,
        string temporary,
        string target,
        FileStatus? before,
        ReadOnlySpan<byte> content
    )
    {
        var isFinished = false;
        try
        {
            if (before is { } old)
            {
                var now = FileStatus.Of(file);
                if (
                    (now.Owner != old.Owner || now.Group != old.Group)
                    && !FileCalls.TrySetOwner(file, old.Owner, old.Group, target)
                )
                    return false;
                FileCalls.SetMode(file, (UnixFileMode)old.Mode, target);
            }

            RandomAccess.Write(file, content, 0);
            FileCalls.Flush(file, target);
            FileCalls.Rename(directory, temporary, Path.GetFileName(target), target);
            isFinished = true;
            FileCalls.TryFlush(directory);
            return true;
        }
        finally
        {
            if (!isFinished)
                Forget(directory, temporary, target);
        }
    }

    private static void Forget(SafeFileHandle directory, string temporary, string target)
    {
        try
        {
            FileCalls.Unlink(directory, temporary, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next export there sweeps it; what went wrong first is what is told.
        }
    }

    /// <summary>
    /// Leftovers of exports that were killed. What cannot be looked at or removed is none of this export's business.
    /// </summary>
    private static void Sweep(SafeFileHandle directory, string folder)
    {
        try
        {
            AtomicFile.Sweep(directory, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A directory that may be written and not read.
        }
    }

    /// <summary>Into what is there, at its beginning: a FIFO, a device, or a file that cannot be replaced.</summary>
    private static void WriteInto(
        string target,
        FileKind kind,
        ReadOnlySpan<byte> content,
        CancellationToken cancellationToken
    )
    {
        if (kind is FileKind.BlockDevice or FileKind.Directory or FileKind.Socket)
            throw new IOException(
                kind switch
                {
                    FileKind.BlockDevice => "it is a disk",
                    FileKind.Directory => "it is a directory",
                    _ => "it is a socket",
                }
            );
        using var file = OpenFor(target, kind, cancellationToken);

        // Whoever could make a FIFO there could put something else in its place since it was looked at.
        if (FileStatus.Of(file).Kind != kind)
            throw new IOException("it was exchanged while it was opened");
        WriteAll((int)file.DangerousGetHandle(), content, cancellationToken);
        if (kind == FileKind.Regular)
            FileCalls.Flush(file, target);
    }

    private static SafeFileHandle OpenFor(string target, FileKind kind, CancellationToken cancellationToken)
    {
        var flags = FileCalls.WriteOnly | FileCalls.NoTerminal | FileCalls.NonBlocking;
        if (!AnyDescriptor().IsMatch(target))
            flags |= FileCalls.NoFollow | (kind == FileKind.Regular ? FileCalls.Truncate : 0);

        // Without a reader a FIFO does not open; a blocking open would not hear the signal that ends the run.
        var pauses = (long)(s_readerWait / s_pause);
        while (true)
        {
            try
            {
                return FileCalls.Open(null, target, flags, 0, target);
            }
            catch (IOException e) when (e.HResult == FileCalls.NoReader && kind == FileKind.Fifo)
            {
                if (pauses-- == 0)
                    throw new IOException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"nothing has opened the FIFO for reading within {s_readerWait.TotalSeconds:0} s"
                        ),
                        e
                    );
                Pause(cancellationToken);
            }
        }
    }

    private static void WriteAll(int descriptor, ReadOnlySpan<byte> content, CancellationToken cancellationToken)
    {
        while (content.Length > 0)
        {
            var (count, error) = FileCalls.Write(descriptor, content);
            if (count >= 0)
                content = content[(int)count..];
            else if (error == FileCalls.TryAgain)
                Pause(cancellationToken);
            else if (error != FileCalls.Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    private static void Pause(CancellationToken cancellationToken)
    {
        cancellationToken.WaitHandle.WaitOne(s_pause);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// An open descriptor of this process is written as it stands: opening it again would begin at the front of what
    /// was redirected to.
    /// </summary>
    [GeneratedRegex("^(?:/dev/fd|/proc/(?:self|thread-self)/fd)/([0-9]{1,9})$")]
    private static partial Regex OwnDescriptor();

    [GeneratedRegex("^/proc/[0-9]+/(?:task/[0-9]+/)?fd/[0-9]+$")]
    private static partial Regex AnyDescriptor();
}
