package org.reclaimfs.fuse;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import jnr.ffi.provider.jffi.ClosureHelper;
import ru.serce.jnrfuse.FuseCallbacks;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FuseOperations;

/** {@code struct fuse_operations} filled with the methods of a {@link FuseFs}, as raw callbacks. */
final class Operations {
    private static final int FLAG_NULLPATH_OK = 1;
    private static final int FLAG_NOPATH = 2;
    private static final int FLAG_UTIME_OMIT_OK = 4;

    private final FuseOperations table;
    private final Runtime runtime;
    private final NativeStat stats;
    private final List<Object> callbacks = new ArrayList<>(); // native code holds them: they must not be collected

    Operations(Runtime runtime, NativeStat stats, FuseFs fs, Runnable ready) {
        this.runtime = runtime;
        this.stats = stats;
        this.table = new FuseOperations(runtime);
        files(fs);
        directories(fs);
        names(fs);
        attributes(fs);
        FuseCallbacks.InitCallback init = connection -> {
            ready.run();
            return null;
        };
        table.init.set(keep(init));
        long flags = table.bmap.offset() + Long.BYTES; // one 32-bit field of bits, then padding, then ioctl
        if (table.ioctl.offset() != flags + Long.BYTES) {
            throw new IllegalStateException("jnr-fuse's fuse_operations is not libfuse 2.9's");
        }
        Struct.getMemory(table).putInt(flags, FLAG_NULLPATH_OK | FLAG_NOPATH | FLAG_UTIME_OMIT_OK);
    }

    FuseOperations table() {
        return table;
    }

    private <T> T keep(T callback) {
        callbacks.add(callback);
        return callback;
    }

    private void files(FuseFs fs) {
        FuseCallbacks.OpenCallback open = fs::open;
        FuseCallbacks.CreateCallback create = (path, mode, info) -> fs.create(path, info);
        FuseCallbacks.ReadCallback read = fs::read;
        FuseCallbacks.WriteCallback write = fs::write;
        FuseCallbacks.ReleaseCallback release = fs::release;
        FuseCallbacks.FsyncCallback fsync = (path, dataOnly, info) -> fs.fsync(path, info);
        FuseCallbacks.PollCallback poll = fs::poll;
        FuseCallbacks.FallocateCallback fallocate = fs::fallocate;
        FuseCallbacks.TruncateCallback truncate = (path, size) -> fs.truncate(path);
        FuseCallbacks.FtruncateCallback ftruncate = (path, size, info) -> 0;
        table.open.set(keep(open));
        table.create.set(keep(create));
        table.read.set(keep(read));
        table.write.set(keep(write));
        table.release.set(keep(release));
        table.fsync.set(keep(fsync));
        table.poll.set(keep(poll));
        table.fallocate.set(keep(fallocate));
        table.truncate.set(keep(truncate));
        table.ftruncate.set(keep(ftruncate));
    }

    private void directories(FuseFs fs) {
        FuseCallbacks.OpendirCallback opendir = fs::opendir;
        FuseCallbacks.ReaddirCallback readdir = (path, buf, filler, offset, info) -> {
            FuseFillDir fill = ClosureHelper.getInstance()
                    .getNativeConveter(FuseFillDir.class)
                    .fromNative(filler, ClosureHelper.getInstance().getFromNativeContext());
            Pointer entry = runtime.getMemoryManager().allocateDirect(stats.size(), true);
            return fs.readdir(path, buf, fill, entry, info);
        };
        FuseCallbacks.ReleasedirCallback releasedir = fs::releasedir;
        FuseCallbacks.FsyncdirCallback fsyncdir = (path, info) -> 0;
        table.opendir.set(keep(opendir));
        table.readdir.set(keep(readdir));
        table.releasedir.set(keep(releasedir));
        table.fsyncdir.set(keep(fsyncdir));
    }

    private void names(FuseFs fs) {
        FuseCallbacks.MkdirCallback mkdir = fs::mkdir;
        FuseCallbacks.RmdirCallback rmdir = fs::rmdir;
        FuseCallbacks.UnlinkCallback unlink = fs::unlink;
        FuseCallbacks.RenameCallback rename = fs::rename;
        FuseCallbacks.SymlinkCallback symlink = (target, path) -> fs.make(path);
        FuseCallbacks.LinkCallback link = (target, path) -> fs.make(path);
        FuseCallbacks.MknodCallback mknod = (path, mode, device) -> fs.make(path);
        FuseCallbacks.ReadlinkCallback readlink = fs::readlink;
        table.mkdir.set(keep(mkdir));
        table.rmdir.set(keep(rmdir));
        table.unlink.set(keep(unlink));
        table.rename.set(keep(rename));
        table.symlink.set(keep(symlink));
        table.link.set(keep(link));
        table.mknod.set(keep(mknod));
        table.readlink.set(keep(readlink));
    }

    private void attributes(FuseFs fs) {
        FuseCallbacks.GetAttrCallback getattr = fs::getattr;
        FuseCallbacks.FgetattrCallback fgetattr = fs::fgetattr;
        FuseCallbacks.ChmodCallback chmod = fs::chmod;
        FuseCallbacks.ChownCallback chown = fs::chown;
        FuseCallbacks.UtimensCallback utimens = fs::utimens;
        FuseCallbacks.AccessCallback access = fs::access;
        FuseCallbacks.StatfsCallback statfs = fs::statfs;
        FuseCallbacks.SetxattrCallback setxattr = fs::setxattr;
        FuseCallbacks.GetxattrCallback getxattr = fs::getxattr;
        FuseCallbacks.ListxattrCallback listxattr = fs::listxattr;
        FuseCallbacks.RemovexattrCallback removexattr = fs::removexattr;
        table.getattr.set(keep(getattr));
        table.fgetattr.set(keep(fgetattr));
        table.chmod.set(keep(chmod));
        table.chown.set(keep(chown));
        table.utimens.set(keep(utimens));
        table.access.set(keep(access));
        table.statfs.set(keep(statfs));
        table.setxattr.set(keep(setxattr));
        table.getxattr.set(keep(getxattr));
        table.listxattr.set(keep(listxattr));
        table.removexattr.set(keep(removexattr));
    }
}
