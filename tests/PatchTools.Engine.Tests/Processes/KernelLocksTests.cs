using PatchTools.Processes;
using Xunit;

namespace PatchTools.Engine.Tests.Processes;

public sealed class KernelLocksTests
{
    [Theory]
    [InlineData("1: POSIX  ADVISORY  WRITE 2034 fd:01:1316274 0 EOF", false, 2034, "fd:01:1316274")]
    [InlineData("1: -> POSIX  ADVISORY  READ 2035 00:3a:31 0 EOF", true, 2035, "00:3a:31")]
    [InlineData("12: OFDLCK ADVISORY  READ -1 00:06:1046 0 EOF", false, -1, "00:06:1046")]
    public void A_line_of_the_kernel_says_who_holds_or_waits_for_which_file(
        string line,
        bool waits,
        int process,
        string place
    ) => Assert.Equal(new KernelLock(waits, process, place), KernelLocks.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("3:")]
    [InlineData("3: ->")]
    [InlineData("3: FLOCK  ADVISORY  WRITE 971 fd:01:9 0 EOF")]
    [InlineData("4: LEASE  ACTIVE    READ 971 fd:01:9 0 EOF")]
    [InlineData("5: POSIX  ADVISORY  WRITE x fd:01:9 0 EOF")]
    public void A_line_of_another_kind_says_nothing(string line) => Assert.Null(KernelLocks.Parse(line));
}
