using PatchTools.Preflight;
using Xunit;

namespace PatchTools.Engine.Tests.Preflight;

public sealed class MountTableTests
{
    private const string Sample = """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
        35 22 8:15 / /boot/efi rw,relatime shared:40 - vfat /dev/sda15 rw,fmask=0022
        36 22 0:31 / /tmp rw,nosuid,nodev,noexec shared:41 - tmpfs tmpfs rw,size=2015680k
        37 22 8:2 /sub /mnt/with\040blank ro,relatime shared:42 master:7 - ext4 /dev/sda2 rw
        38 22 0:40 / /mnt/super rw,relatime - squashfs /dev/loop0 ro
        nonsense
        39 22 8:3 / /cut rw
        """;

    [Theory]
    [InlineData("/", "/", false, false)]
    [InlineData("/usr/lib", "/", false, false)]
    [InlineData("/boot", "/", false, false)]
    [InlineData("/boot/efi/EFI", "/boot/efi", false, false)]
    [InlineData("/tmp", "/tmp", false, true)]
    [InlineData("/tmp/x", "/tmp", false, true)]
    [InlineData("/tmpfiles", "/", false, false)]
    [InlineData("/mnt/with blank/x", "/mnt/with blank", true, false)]
    [InlineData("/mnt/super", "/mnt/super", true, false)]
    [InlineData("/cut", "/", false, false)]
    public void A_path_lies_on_the_mount_with_the_longest_point_above_it(
        string path,
        string point,
        bool isReadOnly,
        bool isNoExec
    )
    {
        var mount = MountTable.Parse(Sample).Of(path)!;
        Assert.Equal((point, isReadOnly, isNoExec), (mount.Point, mount.IsReadOnly, mount.IsNoExec));
    }

    [Fact]
    public void The_real_table_has_a_root() => Assert.Equal("/", MountTable.Read("/proc")!.Of("/")!.Point);

    [Fact]
    public void A_table_that_cannot_be_read_is_none() => Assert.Null(MountTable.Read("/nonexistent"));
}
